"""A live database in which much must not be published: protected names in every corner, secrets, texts not free.

Reports are read by the real rules of facts and saved through the store, as a crawl does.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crawler import facts, rechecking, stories
from db.model import Analysis, Capture, Evidence, Facts, Mention, MentionKind, Rejection, Source, Stage
from db.publishing import Edition, Known, Made, publish
from db.reviews import Reviews
from db.rows import Row
from db.store import Store
from db.web import metadata, names
from tests import factory

FREE = factory.source(
    "ru/vestnik", name="Вестник", homepage="https://vestnik.example/", terms="CC BY 4.0.", full_text=True, channels=()
)
PAID = factory.source("de/blatt", terms="Copy is licensed.")
RUSSIAN = (
    "Дезертир Захарий Квасницкий бежал из части в Самаре и прячется в Павлодаре. Мать Квасницкого рассказала, что "
    "Захария ищут.\n\nЗа год к правозащитникам обратились 4270 военных, сообщил координатор проекта Олег Тарановский. "
    "В Казахстане дезертиру Захарию Квасницкому отказали в убежище.\n\n"
    "Суды получили более 7300 дел об оставлении части."
)
LAST = "The file was closed under the violet umbrella protocol, which nobody in the ministry would explain"
ENGLISH = (
    "The deserter Zakhary Kvasnitsky hides in Pavlodar, his mother told the paper. Kazakhstan refused asylum to "
    "Kvasnitsky in May.\n\nCourts received more than 7,300 cases of desertion in 2025, said Mediazona. "
    + "The ministry of defence did not answer the questions that were put to it by telephone and by letter. " * 6
    + f"Norway granted asylum to 41 Russian soldiers last year.\n\n{LAST}."
)
ELSEWHERE = (
    "Groups that help men to leave count more requests than ever. One of those who wrote was Zakhary Kvasnitsky. "
    "For Kvasnitsky, they say, there is no way back. Finland granted asylum to 12 Russian deserters."
)
EDITED = "The deserter Andrei Polyakov-Grom hides in Oral. Courts received more than 8,100 cases of desertion."
NAMES = (
    "Захарий Квасницкий", "Захарию Квасницкому", "Квасницкого", "Квасницкий", "Захария", "Zakhary Kvasnitsky",
    "Kvasnitsky", "Павлодаре", "Pavlodar", "Polyakov-Grom", "Andrei Polyakov",
    "zaharij-kvasnickij", "kvasnitsky",
)  # fmt: skip
KNOWN = Known(places=frozenset(names.load().countries.values()), given=frozenset(facts.names.names().names.split()))
REVIEWED = "a note by an analyst"
SECRETS = (
    "mailto://desk:hunter2@mail.example", "recipient@desk.example", "asked of somebody privately",
    "private-search-words", "https://waiting.example/",
)  # fmt: skip


def read(url: str, source: Source, title: str, text: str, language: str) -> Analysis:
    """A page as the crawl reads it, without a capture that is held."""
    article = factory.article(url, headline=title, text=text, language=language, authors=("Anna Blau",))
    said = facts.find(article, source.country)
    capture: Capture = factory.capture(url, body=b"")
    placing = stories.placing(article, said, source.name, factory.NOW.toordinal())
    return factory.analysis(url, article=article, facts=said, capture=capture, source=source, placing=placing)


def analyses() -> list[Analysis]:
    """Reports that name the same man in two languages, one that names him without knowing it, and an edited one."""
    russian = read("https://vestnik.example/2026/zaharij-kvasnickij-begstvo", FREE, "Суд над Квасницким", RUSSIAN, "ru")
    russian = replace(
        russian,
        article=replace(
            russian.article, standfirst="Захарий Квасницкий бежал.", links=("https://t.me/kvasnitsky_help/1",),
            authors=("Anna Blau", "Захарий Квасницкий"),
        ),
    )  # fmt: skip
    english = read("https://blatt.example/a/deserter-in-hiding", PAID, "Kvasnitsky hides", ENGLISH, "en")
    elsewhere = read("https://vestnik.example/en/more-requests", FREE, "More requests", ELSEWHERE, "en")
    edited = read("https://blatt.example/edited", PAID, "Men in hiding", EDITED, "en")
    return [russian, english, replace(elsewhere, facts=_unguarded(elsewhere)), edited]


def _unguarded(found: Analysis) -> Facts:
    """The facts of a report in which nobody saw that a name must be protected, but took it for a public one."""
    text, name = found.article.text, "Zakhary Kvasnitsky"
    at = text.index(name)
    evidence = Evidence(start=at, end=at + len(name), quote=name)
    public = Mention(evidence=evidence, kind=MentionKind.PERSON, name=name, role="speaker")
    return replace(found.facts, protected=(), mentions=(*found.facts.mentions, public))


def build(folder: Path) -> Path:
    """The live database, with ``reviews.db`` beside it."""
    path = folder / "live.db"
    with Store(path, holder="tests") as store:
        store.know_sources([FREE, PAID])
        store.begin_run("crawl", factory.NOW)
        for each in analyses():
            key = each.article.url.removeprefix("https://")
            store.save(each, page=key, report=key, placer=stories.place)
        later = factory.NOW + timedelta(days=2)
        newer = read("https://blatt.example/edited", PAID, "Men in hiding", EDITED.replace("8,100", "9,900"), "en")
        text = newer.article.text.replace("The deserter Andrei Polyakov-Grom", "A man")
        newer = replace(newer, article=replace(newer.article, text=text))
        recheck = next(each for each in store.due(later) if each.url.endswith("/edited"))
        newer = replace(newer, facts=facts.find(newer.article), capture=replace(newer.capture, fetched_at=later))
        assert rechecking.reconsider(recheck, newer, newer.source, store, later)
        _unpublished(store)
    with Reviews(folder / "reviews.db"):
        pass
    with closing(sqlite3.connect(folder / "reviews.db")) as connection:
        connection.execute("CREATE TABLE planted (note TEXT)")
        connection.execute("INSERT INTO planted VALUES (?)", [REVIEWED])
        connection.commit()
    return path


def _unpublished(store: Store) -> None:
    rejected = Rejection.of(
        factory.capture("https://blatt.example/kvasnitsky-2"), Stage.RELEVANCE, "not about the topic"
    )
    store.reject(replace(rejected, headline="Zakhary Kvasnitsky again"), page="blatt.example/kvasnitsky-2", source=PAID)
    channel = factory.state(asked_at=factory.NOW, answered_at=factory.NOW, status=200)
    waiting = factory.candidate("https://waiting.example/kvasnitsky")
    store.settle_channel(factory.haul([channel], [waiting], [factory.issue(detail="Zakhary Kvasnitsky")]), factory.NOW)
    message: Row = {
        "id": "m1", "kind": "alert", "recipient": "recipient@desk.example", "subject": "s", "made_at": "2026",
        "body": "mailto://desk:hunter2@mail.example",
    }  # fmt: skip
    store.post([message], watch="private-search-words", reports=[1])
    store.pin(1, factory.NOW, note="asked of somebody privately")


def edition(live: Path, *, seconds: int = 0, free: Sequence[str] = (FREE.id,)) -> Edition:
    """What is to be published of ``live``."""
    return Edition(
        live=live, made_at=factory.NOW + timedelta(days=3, seconds=seconds), free=frozenset(free),
        terms={source.id: source.terms for source in (FREE, PAID)}, metadata=metadata.load(),
        known=KNOWN,
    )  # fmt: skip


def published_into(folder: Path, live: Path, seconds: int = 0) -> Made:
    """Publish ``live``."""
    return publish(edition(live, seconds=seconds), folder)
