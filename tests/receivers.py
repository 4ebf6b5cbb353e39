"""Real receivers of messages on loopback: a mail server, and a webhook whose manners a test decides."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

PASSWORD = "p4ssw0rd-of-mail"  # noqa: S105  # of a server that lives for one test


class Mailbox:
    """A mail server's handler that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Take one mail."""
        self.mails.append(message_from_bytes(bytes(envelope.original_content or b"")))
        return "250 taken"

    @property
    def texts(self) -> list[str]:
        """The plain text of every mail."""
        return [_text(mail) for mail in self.mails]


def _text(mail: Message) -> str:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    return bytes(parts[0].get_payload(decode=True)).decode() if parts else ""


@contextmanager
def mail_server(*, password: str = "") -> Iterator[tuple[Mailbox, str]]:
    """A mail server, and the Apprise address of a mailbox on it; with a ``password`` it asks for one."""

    def login(_server: object, _session: object, _envelope: object, _mechanism: str, told: Any) -> AuthResult:
        return AuthResult(success=isinstance(told, LoginPassword) and told.password == password.encode())

    box, port = Mailbox(), free_port()
    options: dict[str, Any] = {"authenticator": login, "auth_require_tls": False, "auth_required": True}
    server = Controller(box, hostname="127.0.0.1", port=port, **(options if password else {}))
    server.start()
    try:
        user = f"desk:{PASSWORD}@" if password else ""
        yield box, f"mailto://{user}127.0.0.1:{port}?from=watch@example.org&to=desk@example.org&mode=insecure"
    finally:
        server.stop()


@dataclass
class Webhook:
    """A webhook: what it got, and how it answers (a status, or a wait in seconds that is longer than any patience)."""

    status: int = 200
    hang: float = 0.0
    got: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def titles(self) -> list[str]:
        """The first line of every message it got."""
        return [one["title"] for one in self.got]


@contextmanager
def webhook(*, token: str = "") -> Iterator[Webhook]:
    """A webhook on loopback that takes JSON."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(hook.hang)
            if hook.status < 400:
                hook.got.append(json.loads(body))
                hook.ids.append(self.headers["X-Deserters-Id"])
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    hook.address = f"json://127.0.0.1:{server.server_address[1]}/{token}"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()


def free_port() -> int:
    """A port on which nobody listens."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
