"""Every request in, who it is from beside it: sign-in and sign-out, who may see a page at all, and safe cookies."""

import contextlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from time import time
from typing import Any
from urllib.parse import quote, urlsplit

from db.web import people, posting
from db.web.host import NotFound, Request, Response, hookimpl
from db.web.sharing import Scope, caller
from db.web.site import Site

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_LOGIN, _LOGOUT = "/-/login", "/-/logout"
_OPEN = re.compile(r"/-/login|/robots\.txt|/static/[\w-]+\.(?:css|svg)")  # seen by whoever has not signed in yet
_OURS = {b"httponly", b"secure", b"samesite"}
_WRONG = "This name and password do not belong together."


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The addresses of this file; they come before those of Datasette and of its plugins."""
    return [(rf"{_LOGIN}$", login), (rf"{_LOGOUT}$", logout), (r"/-/(?:password-tool|auth-token)$", nothing)]


@hookimpl(tryfirst=True)  # so that the headers of the shield stand on its answers too
def asgi_wrapper(datasette: Site) -> Callable[[App], App]:
    """Say beside each request who it is from; turn away whoever may not see the page or does not mean to send it."""

    def wrap(app: App) -> App:
        async def known(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            who = caller(scope, datasette.sharing)
            actor = people.actor(datasette, who, scope, datasette.sharing)
            scope, send = {**scope, "actor": actor, "caller": who}, _safe_cookies(send, https=who.https)
            refused = await posting.refusal(scope, receive)
            if refused.answer:
                await _tell(datasette, scope, refused.answer, send)
            elif datasette.sharing.require_login and actor is None and not _OPEN.fullmatch(_path(scope)):
                await _turn_away(datasette, scope, send)
            else:
                await app(scope, refused.receive, posting.explained(datasette, scope, send))

        return known

    return wrap


async def login(request: Request, datasette: Site) -> Response:
    """The form; sent, it gives a cookie that is good for two weeks, or says why not.

    A public edition has no such page: nobody signs in there, and visitors need not know how passwords are made.
    """
    if datasette.public:
        raise NotFound("Nobody signs in here: all of the public edition can be read without it.")
    if request.method == "POST":
        form = await posting.form(request)
        return await _sign_in(request, datasette, form)
    return await _form(request, datasette, to=_within(request.args.get("next") or ""))


async def logout(request: Request, datasette: Site) -> Response:
    """A question; sent, the cookie is gone."""
    if request.method == "POST":
        await posting.form(request)
        response = Response.redirect(datasette.urls.path("/"), status=303)
        response.set_cookie(people.COOKIE, "", expires=0, max_age=0)
        return response
    return Response.html(await datasette.render_template("sign_out.html", {}, request=request))


async def nothing() -> Response:
    """Tools of Datasette and its plugins that have no use here and would do work for anyone."""
    raise NotFound("There is no such page here.")


async def _sign_in(request: Request, datasette: Site, form: posting.Form) -> Response:
    name, to = form.get("name").strip(), _within(form.get("next"))
    address, counted = request.scope["caller"].address, name if name in datasette.sharing.people else ""
    wait = datasette.attempts.wait(address, counted)
    if wait:
        words = f"There were too many tries. Wait {max(1, round(wait))} seconds, then try again."
        page = await _form(request, datasette, to=to, name=name, error=words, status=429)
        page.headers["retry-after"] = str(max(1, round(wait)))
        return page
    if not await datasette.door.opens(name, form.get("password")):
        return await _form(request, datasette, to=to, name=name, error=_WRONG, status=403)
    datasette.attempts.succeeded(address, counted)
    response = Response.redirect(datasette.urls.path(to), status=303)
    told = people.ticket(name, datasette.sharing, time())
    response.set_cookie(people.COOKIE, people.signed(datasette, told), max_age=people.LASTS)
    return response


async def _form(request: Request, datasette: Site, *, status: int = 200, **told: str) -> Response:
    context = {
        "to": "/", "name": "", "error": "", **told, "passwords": bool(datasette.sharing.people),
        "proxy": bool(datasette.sharing.header), "closed": datasette.sharing.require_login,
    }  # fmt: skip
    page = await datasette.render_template("password_login.html", context, request=request)
    return Response.html(page, status=status)


async def _turn_away(datasette: Site, scope: Scope, send: Send) -> None:
    """Readers are led to the sign-in and back; programs are told."""
    asked = _path(scope) + (f"?{scope['query_string'].decode('latin-1')}" if scope.get("query_string") else "")
    wanted = next((value for name, value in scope["headers"] if name == b"accept"), b"").decode("latin-1")
    if scope["method"] in {"GET", "HEAD"} and ("text/html" in wanted or not re.search(r"\.\w+$", _path(scope))):
        to = f"{datasette.urls.path(_LOGIN)}?next={quote(_within(asked), safe='/')}"
        await Response.redirect(to, headers={"cache-control": "no-store"}).asgi_send(send)
    else:
        await _tell(datasette, scope, posting.Told(403, "Sign in first", "This site is for signed-in people."), send)


async def _tell(datasette: Site, scope: Scope, told: posting.Told, send: Send) -> None:
    await (await posting.page(datasette, scope, told)).asgi_send(send)


def _within(to: str) -> str:
    """``to`` where it is a page of this site, else the front page."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(to)
        odd = any(sign == "\\" or ord(sign) <= 32 for sign in to)
        if to.startswith("/") and not (to.startswith("//") or parts.netloc or parts.scheme or odd):
            return "/" if parts.path in {_LOGIN, _LOGOUT} else to
    return "/"


def _path(scope: Scope) -> str:
    """The path as Datasette reads it: not decoded."""
    raw = scope.get("raw_path")
    return raw.decode("latin-1").partition("?")[0] if raw is not None else str(scope["path"])


def _safe_cookies(send: Send, *, https: bool) -> Send:
    """Cookies out of the reach of scripts and of other sites' forms, and by https alone where that is how one came."""

    def safe(cookie: bytes) -> bytes:
        parts = [part.strip() for part in cookie.split(b";")]
        kept = [part for part in parts if part.split(b"=")[0].lower() not in _OURS]
        return b"; ".join([*kept, b"HttpOnly", b"SameSite=Lax", *([b"Secure"] if https else [])])

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(k, safe(v) if k.lower() == b"set-cookie" else v) for k, v in message.get("headers", ())]
            message = {**message, "headers": headers}
        await send(message)

    return sending
