"""What is told to whom: alarms once and again when mended, a digest a day, watches without old news, nothing lost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import facts, stories
from db.model import ChannelKind, ChannelState, Trouble
from db.queries import news
from db.store import Store
from scheduler import delivery
from scheduler.config import Config
from scheduler.delivery.sending import alias
from tests import factory
from tests.db.tables import opened
from tests.factory import NOW, later
from tests.receivers import Webhook, mail_server, webhook


@contextmanager
def desk(folder: Path, **settings: Any) -> Iterator[tuple[Store, Config]]:
    """An open store and a configuration."""
    with opened(folder) as store:
        yield store, Config(db=folder / "d.db", **settings)


def round_at(store: Store, config: Config, moment: datetime) -> delivery.Outcome:
    delivery.write(store, config.db, config, moment)
    return delivery.deliver(store, config.db, config, moment)


def trouble(name: str = "de/blatt", what: str = "unreachable") -> Trouble:
    return Trouble(scope="source", name=name, what=what, detail=f"{name} cannot be reached", since=NOW)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as one:
        yield one


# -- alarms


def test_an_alarm_comes_once_a_trouble_and_again_when_it_is_mended(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, alerts=[hook.address]) as (store, config):
        store.keep_troubles([trouble()], NOW)
        for hours in range(4):
            round_at(store, config, later(hours=hours))
        store.keep_troubles([], later(days=1))
        for hours in range(24, 28):
            round_at(store, config, later(hours=hours))
        store.keep_troubles([trouble()], later(days=2))
        round_at(store, config, later(days=2))
    assert hook.titles == [
        "Deserters: de/blatt cannot be reached", "Deserters: de/blatt is well again",
        "Deserters: de/blatt cannot be reached",
    ]  # fmt: skip
    assert "since 2026-03-01" in hook.got[0]["message"]


def test_there_is_never_a_storm_at_most_one_message_of_a_kind_an_hour(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, alerts=[hook.address]) as (store, config):
        known: list[Trouble] = []
        for minute in range(0, 180, 5):
            known.append(trouble(f"zz/source{minute}"))
            store.keep_troubles(known, later(minutes=minute))
            round_at(store, config, later(minutes=minute))
    assert len(hook.got) == 3
    told = "".join(one["message"] for one in hook.got)
    assert all(f"zz/source{minute} " in told for minute in range(0, 125, 5)), "what had to wait is in the next message"


def test_five_sources_of_one_host_are_one_line(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, alerts=[hook.address]) as (store, config):
        names = [f"zz/tg_{number}" for number in range(5)]
        store.know_sources([factory.source(name, homepage=f"https://t.me/{name}", channels=()) for name in names])
        store.know_channels(
            ChannelState(url=f"https://t.me/s/{name}", source=name, kind=ChannelKind.TELEGRAM) for name in names
        )
        store.keep_troubles([*(trouble(name) for name in names), trouble("de/blatt")], NOW)
        round_at(store, config, NOW)
    [got] = hook.got
    assert got["title"] == "Deserters: 6 troubles in the watch"
    assert "- t.me: 5 sources, each cannot be reached: zz/tg_0, zz/tg_1" in got["message"]
    assert got["message"].count("\n- ") == 1


def test_a_trouble_that_ended_before_anyone_was_told_is_not_told(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, alerts=[hook.address]) as (store, config):
        store.keep_troubles([trouble()], NOW)
        store.keep_troubles([], later(minutes=5))
        round_at(store, config, later(minutes=6))
    assert hook.got == []


# -- nothing is lost


def test_what_cannot_be_delivered_is_kept_and_tried_again_with_growing_pauses(tmp_path: Path, hook: Webhook) -> None:
    hook.status = 500
    with desk(tmp_path, alerts=[hook.address]) as (store, config):
        store.keep_troubles([trouble()], NOW)
        assert round_at(store, config, NOW).failed == (f"{alias(hook.address)}: did not take the message",)
        waits = []
        moment = NOW
        for _ in range(5):
            row = next(store._db.query("SELECT next_try_at, tries, error FROM messages"))
            due = datetime.fromisoformat(row["next_try_at"])
            waits.append((due - moment).total_seconds() / 60)
            assert round_at(store, config, due - timedelta(seconds=1)).failed == ()
            round_at(store, config, due)
            moment = due
        hook.status = 200
        round_at(store, config, later(days=9))
        [row] = store._db.query("SELECT sent_at, error, tries FROM messages")
    assert row == {"sent_at": "2026-03-10T09:30:00+00:00", "error": "", "tries": 7}
    assert waits == [5, 15, 60, 240, 720]
    assert len(hook.got) == 1


def test_one_receiver_that_fails_keeps_nothing_from_another(tmp_path: Path, hook: Webhook) -> None:
    with webhook() as broken, mail_server() as (box, mail):
        broken.status = 503
        with desk(tmp_path, alerts=[broken.address, hook.address, mail]) as (store, config):
            store.keep_troubles([trouble()], NOW)
            outcome = round_at(store, config, NOW)
    assert (outcome.sent, len(outcome.failed), len(hook.got), len(box.mails)) == (2, 1, 1, 1)


def test_a_kill_between_sending_and_noting_sends_again_under_the_same_id(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, alerts=[hook.address]) as (store, _):
        store.keep_troubles([trouble()], NOW)
    killed = (
        "import os, sys; from pathlib import Path; from db.store import Store; from scheduler import delivery\n"
        "from scheduler.config import Config; from tests.factory import NOW\n"
        "Store.sent = lambda *_: os._exit(9)\n"
        "path = Path(sys.argv[1]); config = Config(db=path, alerts=[sys.argv[2]])\n"
        "with Store(path, holder='test') as store:\n"
        "    delivery.write(store, path, config, NOW); delivery.deliver(store, path, config, NOW)\n"
    )
    command = [sys.executable, "-c", killed, str(tmp_path / "d.db"), hook.address]
    root = Path(__file__).parents[2]
    died = subprocess.run(command, check=False, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    assert died.returncode == 9
    with desk(tmp_path, alerts=[hook.address]) as (store, config):
        assert round_at(store, config, later(minutes=10)).sent == 1
        assert round_at(store, config, later(minutes=20)).sent == 0
    assert len(hook.ids) == 2
    assert len(set(hook.ids)) == 1


def test_no_secret_reaches_the_database(tmp_path: Path) -> None:
    with webhook(token="t0ken-of-hook") as secret:  # noqa: S106  # of a receiver that lives for one test
        secret.status = 500
        with desk(tmp_path, alerts=[secret.address], ping="https://ping.example/s3cret-ping") as (store, config):
            store.keep_troubles([trouble()], NOW)
            round_at(store, config, NOW)
            assert "t0ken" not in repr(config)
    assert b"t0ken" not in (tmp_path / "d.db").read_bytes()


# -- digest


def saved(store: Store, number: int, title: str, **changes: Any) -> None:
    analysis = factory.analysis()
    url = f"https://blatt.example/{number}"
    article = replace(analysis.article, headline=title, url=url, canonical_url=url, **changes)
    capture = replace(analysis.capture, url=url, requested_url=url)
    store.save(replace(analysis, article=article, capture=capture), page=f"p{number}", report=f"r{number}")


def test_a_digest_comes_once_a_morning_with_what_is_new_and_what_is_wrong(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, digest=[hook.address], digest_time="07:00", zone="Europe/Berlin") as (store, config):
        saved(store, 1, "A deserter wins asylum")
        store.keep_troubles([trouble()], NOW)
        morning = NOW.replace(hour=6, minute=5)
        round_at(store, config, morning.replace(hour=5, minute=55))
        assert hook.got == []
        for minutes in (0, 30, 300, 900):
            round_at(store, config, morning + timedelta(minutes=minutes))
        assert len(hook.got) == 1
        round_at(store, config, morning + timedelta(days=1))
    first, second = hook.got
    assert first["title"] == "Deserters, 01 March 2026: 1 new report"
    assert "- A deserter wins asylum\n  Das Blatt, de, 2026-03-01\n  https://blatt.example/1" in first["message"]
    assert "In trouble:\n- de/blatt cannot be reached since" in first["message"]
    assert second["title"] == "Deserters, 02 March 2026: 1 new report"


def told(store: Store, number: int, text: str, day: date) -> None:
    url = f"https://blatt.example/{number}"
    article = factory.article(url, headline=text, text=text, language="en", published_on=day)
    said = facts.find(article)
    analysis = factory.analysis(
        url, article=article, facts=said, placing=stories.placing(article, said, "Das Blatt", day.toordinal())
    )
    store.save(analysis, page=url, report=url, placer=stories.place)


def test_a_digest_tells_new_stories_with_links_and_figures_that_changed(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, digest=[hook.address], digest_time="07:00") as (store, config):
        told(store, 1, "In January 2026 courts received 1,200 cases of desertion, Mediazona counted.", date(2026, 2, 1))
        told(
            store, 2, "In February 2026 courts received 1,350 cases of desertion, Mediazona counted.", date(2026, 3, 1)
        )
        round_at(store, config, NOW)
    message = hook.got[0]["message"]
    assert hook.got[0]["title"] == "Deserters, 01 March 2026: 2 new stories, 2 new reports"
    assert "New stories:\n- In " in message
    assert "1 report, 1 independent origin; en\n  https://blatt.example/" in message
    assert "- absence-cases, Mediazona: 1,200 became 1,350\n" in message
    assert "https://blatt.example/2" in message.split("Figures that changed:")[1].split("New reports:")[0]


# -- watches


def test_a_watch_tells_of_new_reports_each_once_and_never_of_old_ones(tmp_path: Path, hook: Webhook) -> None:
    watch = {"name": "France", "search": "asyl", "language": "de", "to": [hook.address]}
    with desk(tmp_path, watches=[watch]) as (store, config):
        saved(store, 1, "Alter Bericht über Asyl")
        round_at(store, config, NOW)
        assert hook.got == [], "nothing old at the first look"
        saved(store, 2, "Deserteur bekommt Asyl in Frankreich")
        saved(store, 3, "Etwas ganz anderes", text="Vom Wetter im Tal.")
        saved(store, 4, "An asylum in English", language="en")
        round_at(store, config, later(hours=1))
        saved(store, 2, "Deserteur bekommt Asyl in Frankreich: neuer Titel", text="Anders geschrieben, Asyl.")
        for hours in (2, 3, 4):
            round_at(store, config, later(hours=hours))
    assert hook.titles == ["France: Deserteur bekommt Asyl in Frankreich"]


def test_a_watch_that_wants_something_else_begins_anew(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, watches=[{"name": "W", "search": "wetter", "to": [hook.address]}]) as (store, config):
        round_at(store, config, NOW)
        saved(store, 1, "Deserteur bekommt Asyl")
        other = Config(db=config.db, watches=[{"name": "W", "search": "asyl", "to": [hook.address]}])
        round_at(store, other, later(hours=1))
        round_at(store, other, later(hours=3))
        assert hook.got == []
        saved(store, 2, "Noch ein Deserteur bekommt Asyl")
        round_at(store, other, later(hours=5))
    assert hook.titles == ["W: Noch ein Deserteur bekommt Asyl"]


def test_words_with_signs_of_the_search_language_break_no_watch(tmp_path: Path, hook: Webhook) -> None:
    with desk(tmp_path, watches=[{"name": "W", "search": '"asyl OR (', "to": [hook.address]}]) as (store, config):
        round_at(store, config, NOW)
        assert news.known_watch(config.db, "W")


# -- trying it


def test_a_test_sends_one_of_each(tmp_path: Path, hook: Webhook) -> None:
    watch = {"name": "France", "search": "asyl", "to": [hook.address]}
    with desk(tmp_path, alerts=[hook.address], digest=[hook.address], watches=[watch]) as (store, config):
        assert delivery.test(store, config.db, config, NOW).sent == 4
    firsts = sorted(title.split(":")[0] for title in hook.titles)
    assert firsts == ["Deserters", "Deserters", "Deserters, 01 March 2026", "France"]
