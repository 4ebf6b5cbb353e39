"""What is sent to the site in, whether it was meant to be sent, and its fields, out; else words for the sender.

Datasette lets a request without any cookie pass its check of forms. That is no check where a proxy tells who asks, so
what changes anything must bring the token that its form was made with, from a page of this site.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from db.web.host import CSRF_WORDS, DatasetteError, Request, Response
from db.web.sharing import Scope

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LONGEST = 128 * 1024  # bytes; a note of the greatest length, every letter spelled in nine bytes
_READS = {"GET", "HEAD", "OPTIONS", "TRACE"}
_FORM = b"application/x-www-form-urlencoded"
_AGAIN = (
    "This form does not come from a page of this site as it is open in your browser now; it may be too old. Nothing "
    "was changed. Go back, load the page anew and send it again; cookies of this site must be allowed."
)


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal: status, title, words."""

    status: int
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request goes no further, or nothing and how to read it."""

    answer: Told | None
    receive: Receive


class Form:
    """The fields that a person sent."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def get(self, name: str) -> str:
        """One field; empty where it was not sent."""
        return self._fields.get(name, "")

    def number(self, name: str) -> int:
        """A field that holds a number as SQLite knows them; 0 where it holds none."""
        text = self.get(name).strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


async def refusal(scope: Scope, receive: Receive) -> Refusal:
    """Whether what is sent may be read at all: from a page of this site, a form, and not too much."""
    if scope["method"] in _READS:
        return Refusal(None, receive)
    unwelcome = _unwelcome(dict(scope["headers"]))
    return Refusal(unwelcome, receive) if unwelcome else await _read(receive)


def _unwelcome(headers: Mapping[bytes, bytes]) -> Told | None:
    """What is wrong with what is sent by its headers alone."""
    if _is_foreign(headers):
        return Told(403, "Not from here", _AGAIN)
    length = headers.get(b"content-length", b"")
    if not length.isdigit():
        return Told(411, "How long?", "Whatever is sent here must say how long it is.")
    if int(length) > LONGEST:
        return Told(413, "Too long", f"What you sent has {int(length):,} bytes; this site takes {LONGEST:,} at most.")
    if int(length) and headers.get(b"content-type", b"").split(b";")[0].strip().lower() != _FORM:
        return Told(415, "No form", "This site takes forms only.")
    return None


async def _read(receive: Receive) -> Refusal:
    body, more = b"", True
    while more and len(body) <= LONGEST:
        message = await receive()
        if message["type"] != "http.request":
            return Refusal(Told(400, "Cut off", "The request ended too early."), receive)
        body, more = body + message.get("body", b""), message.get("more_body", False)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return Refusal(Told(400, "Not understood", "The form is not spelled in UTF-8."), receive)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Refusal(None, again)


async def form(request: Request) -> Form:
    """The fields of a form of this site.

    Raises:
        DesertersError: it does not bring the token of the page that is open in the sender's browser.
    """
    body = (await request.post_body()).decode("utf-8")
    fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=50))
    if not secrets.compare_digest(fields.get("csrftoken", "").encode(), request.scope["csrftoken"]().encode()):
        raise DatasetteError(_AGAIN, status=403, title="Not from here")
    return Form(fields)


def explained(datasette: Any, scope: Scope, send: Send) -> Send:
    """Put a page that explains it in the place of the bare line with which Datasette refuses a form."""
    if scope["method"] in _READS:
        return send
    held: list[Message] = []

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 403:
            held.append(message)
        elif held and message.get("body", b"").decode("utf-8", "replace") in CSRF_WORDS:
            held.clear()
            await (await page(datasette, scope, Told(403, "Not from here", _AGAIN))).asgi_send(send)
        else:
            while held:
                await send(held.pop(0))
            await send(message)

    return sending


async def page(datasette: Any, scope: Scope, told: Told) -> Response:
    """A refusal as a page, or as JSON for whoever asked for that."""
    if str(scope["path"]).endswith(".json"):
        answer = {"ok": False, "error": told.words, "status": told.status, "title": told.title}
        return Response.json(answer, status=told.status)
    await datasette.invoke_startup()
    context = {"status": told.status, "title": told.title, "error": told.words}
    return Response.html(await datasette.render_template(["error.html"], context), status=told.status)


def _is_foreign(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the browser says that a page of another site sends this; ``null`` is what it says of none."""
    site = headers.get(b"sec-fetch-site", b"none")
    if site not in {b"none", b"same-origin"}:
        return True
    origin, host = headers.get(b"origin", b"null"), headers.get(b"host", b"")
    return site != b"same-origin" and origin != b"null" and _netloc(origin) != host.decode("latin-1").lower()


def _netloc(origin: bytes) -> str:
    try:
        return urlsplit(origin.decode("latin-1")).netloc.lower()
    except ValueError:
        return ""
