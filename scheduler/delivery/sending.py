"""A message and an Apprise address in, the message delivered or an error that shows no secret out."""

import hashlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import apprise
import requests

from crawler.errors import ConfigurationError
from db.errors import DesertersError

SECONDS = 20.0
_HEADER = "X-Deserters-Id"
_LOUD = ("apprise", "urllib3.connectionpool", "urllib3.util.retry", "requests", "requests_oauthlib", "oauthlib")
_WITH_HOST = frozenset(
    {"mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms", "ntfys", "matrix", "matrixs"}
)


class DeliveryError(DesertersError):
    """A message could not be delivered; the text names the recipient by its alias, never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Plain text for one recipient; ``id`` reaches it too, so that it can drop a double."""

    id: str
    kind: str
    subject: str
    body: str


def alias(address: str) -> str:
    """A name for ``address`` that shows no secret: its service, its host where it has one, and a short digest."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:6]
    scheme = address.partition("://")[0].lower()
    try:
        host = urlsplit(address).hostname if scheme in _WITH_HOST else None
    except ValueError:
        host = None
    shown = (
        "".join(letter for letter in f"{scheme}-{host}" if letter.isalnum() or letter in "-.") if host else scheme[:20]
    )
    return f"{shown}-{digest}"


def check(address: str, where: str) -> None:
    """See that ``address`` is one that Apprise understands.

    Raises:
        ConfigurationError: it is not; names ``where`` it was given, and no secret.
    """
    with _quiet():
        if apprise.Apprise.instantiate(address) is None:
            raise ConfigurationError(f"{where}: Apprise does not understand the address {alias(address)}")


def send(address: str, message: Message, *, seconds: float = SECONDS) -> None:
    """Deliver ``message`` to ``address`` within about ``seconds``.

    Raises:
        DeliveryError: the recipient fails, refuses, hangs, or the address cannot be used.
    """
    outcome: list[bool | BaseException] = []

    def work() -> None:
        try:
            outcome.append(_sent(address, message, seconds))
        except Exception as error:  # noqa: BLE001  # the boundary of one delivery: whatever a service's plugin raises
            outcome.append(error)

    with _quiet():
        thread = threading.Thread(target=work, daemon=True, name="delivery")
        thread.start()
        thread.join(seconds + 1)
    if not outcome:
        raise DeliveryError(f"{alias(address)}: gave no answer within {seconds:.0f} seconds")
    if outcome[0] is not True:
        why = f" ({type(outcome[0]).__name__})" if isinstance(outcome[0], Exception) else ""
        raise DeliveryError(f"{alias(address)}: did not take the message{why}")


def call(address: str, *, seconds: float = SECONDS) -> None:
    """Call the address of a dead man's switch.

    Raises:
        DeliveryError: it cannot be reached, or answers with an error.
    """
    with _quiet():
        try:
            answer = requests.get(address, timeout=seconds / 2)
        except requests.RequestException as error:
            raise DeliveryError(f"the ping address {alias(address)}: {type(error).__name__}") from None
    if answer.status_code >= 400:
        raise DeliveryError(f"the ping address {alias(address)} answered {answer.status_code}")


def _sent(address: str, message: Message, seconds: float) -> bool:
    service = apprise.Apprise.instantiate(address)
    if service is None:
        return False
    service.socket_connect_timeout = service.socket_read_timeout = seconds / 2
    headers = getattr(service, "headers", None)
    if isinstance(headers, dict):
        headers[_HEADER] = message.id
    recipients = apprise.Apprise()
    recipients.add(service)
    body = f"{message.body}\n\nMessage {message.id}"
    return bool(recipients.notify(body=body, title=message.subject, body_format=apprise.NotifyFormat.TEXT))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries from logging addresses, which hold secrets."""
    loggers = [logging.getLogger(name) for name in _LOUD]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was
