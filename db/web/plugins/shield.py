"""Every request in, every answer out: headers keep scraped text harmless and readers unseen; odd paths are refused."""

import contextlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from db.web.host import hookimpl
from db.web.serve import is_loopback
from db.web.site import Site

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow, noarchive"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_EMPTY_SEARCH = re.compile(rb"(?:^|&)_search=(?=&|$)")  # a search for nothing shows everything
_PASSED_ON = {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"}
_GUARDED = {"execute-sql", "view-database-download"}
_from_outside: ContextVar[bool] = ContextVar("from_outside", default=False)


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Put the headers on all answers, also on errors and files."""

    def wrap(app: App) -> App:
        async def guarded(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
            elif _misleads(scope):
                await _refuse(_adding_headers(send))
            else:
                _from_outside.set(not is_loopback(_host(scope)) or _is_passed_on(scope))
                asked = _EMPTY_SEARCH.sub(b"", scope["query_string"])
                await app({**scope, "query_string": asked}, receive, _adding_headers(send))

        return guarded

    return wrap


@hookimpl
def permission_allowed(datasette: Site, action: str) -> bool | None:
    """SQL and downloads are for visitors of this machine, not for those who come by a proxy or a foreign page.

    Of a public edition nobody may ask in SQL, and whoever serves it says whether its file is given to everyone.
    """
    if datasette.public and action in _GUARDED:
        return action == "view-database-download"
    if action in _GUARDED and (not datasette.local or datasette.sharing.header or _from_outside.get()):
        return False
    return None


def _adding_headers(send: Send) -> Send:
    names = {name for name, _ in HEADERS}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in names]
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return sending


def _misleads(scope: Message) -> bool:
    """Whether the path could be turned into a redirect to another host."""
    paths = (scope["path"], scope.get("raw_path", b"").decode("latin-1"))
    return any("\\" in path or path.startswith("//") for path in paths)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": b"There is no page at such an address.\n"})


def _is_passed_on(scope: Message) -> bool:
    """Whether a proxy says that it passes the request on for someone else, who may be anywhere."""
    return any(name.lower() in _PASSED_ON for name, _ in scope["headers"])


def _host(scope: Message) -> str:
    told = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    with contextlib.suppress(ValueError):
        return urlsplit(f"//{told}").hostname or ""
    return ""
