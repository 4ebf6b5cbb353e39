"""What leaves the house: alarms, digest and watches, written once, kept until they are delivered, never in a storm.

A message is first laid down in the database with an id, then sent, then noted as sent; one that is cut off in between
goes out again under the same id. Of each kind at most one is written an hour; what comes meanwhile waits for the next.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from db.queries import news, stories
from db.queries.news import Filter, Told, Waiting
from db.rows import Row, stamp
from db.store import Store
from scheduler.config import Config, Watch
from scheduler.delivery import writing
from scheduler.delivery.sending import DeliveryError, Message, alias, call, check, send

__all__ = ["DeliveryError", "Outcome", "check_all", "deliver", "ping", "test", "write"]

_HOUR = timedelta(hours=1)
_PAUSES = (5, 15, 60, 240, 720, 1440)  # minutes before a message is tried again; the last for all further tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a round of deliveries went: messages sent, and why others were not, by recipient."""

    sent: int = 0
    failed: tuple[str, ...] = ()


def check_all(config: Config) -> None:
    """See that Apprise understands every address of the configuration.

    Raises:
        ConfigurationError: it does not; names the setting and the number of the address, and no secret.
    """
    given = [("alerts", config.alerts), ("digest", config.digest)]
    given += [(f"watches, {watch.name}", watch.to) for watch in config.watches]
    for where, addresses in given:
        for number, address in enumerate(addresses, 1):
            check(address.get_secret_value(), f"{where}, address {number}")


def write(store: Store, path: Path, config: Config, now: datetime) -> None:
    """Lay down the messages that are due: alarms, their ends, the digest, and what watches have found."""
    _alarms(store, path, config, now)
    _digest(store, path, config, now)
    for watch in config.watches:
        _watch(store, path, watch, now)


def deliver(store: Store, path: Path, config: Config, now: datetime) -> Outcome:
    """Send every message whose time has come; one that fails stays, and is tried again after a growing pause."""
    addresses = {alias(one): one for one in _addresses(config)}
    sent, failed = 0, []
    for message in news.waiting(path, now):
        error = _tried(message, addresses)
        if error:
            store.unsent(message.id, error, now + _pause(message.tries))
            failed.append(error)
        else:
            store.sent(message.id, now)
            sent += 1
    return Outcome(sent=sent, failed=tuple(dict.fromkeys(failed)))


def test(store: Store, path: Path, config: Config, now: datetime) -> Outcome:
    """Send one of each kind to everyone it would go to, with words that say that it is a test."""
    told = Told(
        id=0, scope="source", name="zz/test", what="unreachable", since=stamp(now), mended_at=stamp(now), host="",
        detail="this is a test; nothing is wrong",
    )  # fmt: skip
    day = now - timedelta(days=1)
    digest = writing.digest(_news(path, day, now, [told]), now)
    _post(store, _letters(config.alerts, "test alarm", writing.alarm([told]), now))
    _post(store, _letters(config.alerts, "test mended", writing.mended([told]), now))
    _post(store, _letters(config.digest, "test digest", digest, now))
    for watch in config.watches:
        words = (f"{watch.name}: a test", "New reports of this watch will come here.")
        _post(store, _letters(watch.to, f"test watch {watch.name}", words, now))
    return deliver(store, path, config, now)


def ping(config: Config) -> None:
    """Tell the dead man's switch that a run went well, where one is set.

    Raises:
        DeliveryError: it cannot be told.
    """
    address = config.ping.get_secret_value()
    if address:
        call(address)


def _alarms(store: Store, path: Path, config: Config, now: datetime) -> None:
    waiting = news.to_tell(path) if config.alerts else []
    for kind, is_end, words in (("alarm", False, writing.alarm), ("mended", True, writing.mended)):
        mine = [one for one in waiting if bool(one.mended_at) is is_end]
        if mine and _may(path, kind, now):
            _post(store, _letters(config.alerts, kind, words(mine), now))
            store.told((one.id for one in mine), now, mended=is_end)


def _digest(store: Store, path: Path, config: Config, now: datetime) -> None:
    last = news.last_made(path, "digest")
    zone = ZoneInfo(config.zone)
    due = datetime.combine(now.astimezone(zone).date(), config.digest_at, zone)
    if not config.digest or now < due or (last and last >= due):
        return
    start = max(last, now - timedelta(days=7)) if last else now - timedelta(days=1)
    words = writing.digest(_news(path, start, now, news.open_troubles(path)), now)
    _post(store, _letters(config.digest, "digest", words, now))


def _news(path: Path, start: datetime, now: datetime, troubles: Sequence[Told]) -> writing.News:
    return writing.News(
        found=news.since(path, start),
        stories=stories.new_stories(path, start),
        figures=stories.moved_figures(path, start),
        troubles=troubles,
        answered=news.answered(path, now - timedelta(days=1)),
    )


def _watch(store: Store, path: Path, watch: Watch, now: datetime) -> None:
    """Tell of a watch's new reports; at the first look, and after a change of what it wants, only take note of them."""
    wanted = Filter(search=watch.search, language=watch.language, source=watch.source, country=watch.country)
    found = news.unseen(path, watch.name, wanted)
    if news.known_watch(path, watch.name) != repr(wanted):
        store.seen(watch.name, (one.id for one in found), now, repr(wanted))
    elif found and _may(path, f"watch {watch.name}", now):
        letters = _letters(watch.to, f"watch {watch.name}", writing.watch(watch.name, found), now)
        _post(store, letters, watch.name, [one.id for one in found])


def _may(path: Path, kind: str, now: datetime) -> bool:
    last = news.last_made(path, kind)
    return last is None or now - last >= _HOUR


def _letters(to: Iterable[SecretStr], kind: str, words: tuple[str, str], now: datetime) -> list[Row]:
    return [_row(address.get_secret_value(), kind, words, now) for address in to]


def _post(store: Store, letters: Sequence[Row], watch: str = "", reports: Iterable[int] = ()) -> None:
    if letters:
        store.post(letters, watch, reports)


def _row(address: str, kind: str, words: tuple[str, str], now: datetime) -> Row:
    recipient = alias(address)
    told = "\0".join((recipient, kind, *words, stamp(now)))
    return {
        "id": hashlib.sha256(told.encode()).hexdigest()[:16], "kind": kind, "recipient": recipient,
        "subject": words[0], "body": words[1], "made_at": stamp(now),
    }  # fmt: skip


def _tried(message: Waiting, addresses: Mapping[str, str]) -> str:
    """Empty where ``message`` was delivered, else why not."""
    address = addresses.get(message.recipient)
    if address is None:
        return f"{message.recipient}: is not in the configuration any more"
    try:
        send(address, Message(id=message.id, kind=message.kind, subject=message.subject, body=message.body))
    except DeliveryError as error:
        return str(error)
    return ""


def _pause(tries: int) -> timedelta:
    return timedelta(minutes=_PAUSES[min(tries, len(_PAUSES) - 1)])


def _addresses(config: Config) -> list[str]:
    every = [*config.alerts, *config.digest, *(address for watch in config.watches for address in watch.to)]
    return [address.get_secret_value() for address in every]
