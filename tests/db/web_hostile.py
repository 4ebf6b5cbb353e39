"""A world in which scraped words and addresses mean harm, and a reader that finds what of them is alive on a page."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

from crawler import stories
from db.archive import ArchiveWriter
from db.model import (
    Analysis,
    Citation,
    Decision,
    DecisionKind,
    Evidence,
    Facts,
    Figure,
    FigureType,
    Issue,
    Level,
    Mention,
    MentionKind,
)
from db.store import Store
from tests.db.web_pages import build_told
from tests.db.web_world import NOW, World, analysis, samples

WORDS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}{% raise %}",
    "\u202egnirts desrever\u202c \u2066x",
    "' OR 1=1 --",
    "</title></article><base href=//evil.example>",
    "</title><script>document.title='owned';owned=1</script>",
    "{{7*7}}${7*7}#{7*7}<%= 7*7 %>{# no #}",
    '=HYPERLINK("https://evil.example/","look")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>@import '//evil.example/x.css'</style><link rel=stylesheet href=//evil.example/y.css>",
    "<meta http-equiv=refresh content=0;url=https://evil.example/><svg onload=alert(1)>",
    "]]></title><xml>&evil;<!--<!DOCTYPE x [<!ENTITY evil SYSTEM 'file:///etc/passwd'>]>",
    "bell\x07 escape\x1b[31m unit\x1f delete\x7f next\x85 line\u2028 mark\ufeff last\uffff",
    "A" * 100_000,
)
ADDRESSES = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    'https://ok.example/"onmouseover="alert(1)',
    "https://ok.example/<script>",
    "http://[broken",
    "//evil.example/",
    "JaVaScRiPt:alert(1)",
    "https://user:secret@evil.example/",
    "https://ok.example\\@evil.example/",
    "https://ok.example/\r\nx: y",
    "vbscript:msgbox(1)",
    "\x01javascript:alert(1)",
    "https://ok.example/\u202etxt.exe",
    "file:///etc/passwd",
    "blob:https://ok.example/x",
    " https://ok.example/ ",
    "https://ok.example/" + "a" * 10_000,
)
FIRST = len(samples()) + 1
NUMBERS = range(FIRST, FIRST + len(WORDS))
_LOGS = """
INSERT INTO revisions (report, at, what, old, new, old_sha256, new_sha256)
    VALUES (1, '2026', :words, :words, :words, '', '');
INSERT INTO gaps (source, channel, why, since, until, recovered, pages, lost)
    VALUES ('lv/gulbis', :words, :words, '2026', '2026', 0, 0, :words);
INSERT INTO troubles (scope, name, what, detail, since, noticed_at)
    VALUES ('run', :words, :words, :words, '2026', '2026');
INSERT INTO messages (id, kind, recipient, subject, body, made_at)
    VALUES (:words, :words, :words, :words, :words, '2026');
INSERT INTO watches (name, filter, since) VALUES (:words, :words, '2026');
INSERT INTO timetable (at, event, detail) VALUES ('2026', :words, :words);
INSERT INTO recall (language, month, method, held, assumption, made_at)
    VALUES (:words, '2026-11', :words, 1, :words, '');
INSERT INTO candidates (key, url, source, channel, title, summary, offered_at)
    VALUES (:words, :words, 'lv/gulbis', :words, :words, :words, '2026')
"""


def build_hostile(folder: Path) -> World:
    """A world with one report for each of ``WORDS``, which stand wherever a page could have put them."""
    world = build_told(folder)
    with (
        ArchiveWriter(world.archive, software="tests", now=lambda: NOW) as archive,
        Store(world.db, holder="tests") as store,
    ):
        for number, words in enumerate(WORDS):
            made = _report(archive, number, words)
            store.save(made, page=f"hostile-{number}", report=f"hostile-{number}", placer=stories.place)
            issue = Issue(
                what=words, level=Level.ERROR, detail=words, source=made.source.id, channel=made.capture.url,
                url=made.capture.url,
            )  # fmt: skip
            store.note([issue], NOW)
    with sqlite3.connect(world.db) as connection:
        for words in WORDS:
            for statement in _LOGS.split(";\n"):
                connection.execute(statement, {"words": words})
    return world


def _report(archive: ArchiveWriter, number: int, words: str) -> Analysis:
    address = ADDRESSES[number % len(ADDRESSES)]
    told = {**samples()[0], "title": words, "text": f"{words}\n\n{words}", "authors": [words]}
    made = analysis(archive, told, 500 + number, NOW)
    article = replace(
        made.article, canonical_url=address, standfirst=words, section=words, credit=words, image_url=address,
        links=(address,),
    )  # fmt: skip
    source = replace(made.source, id=f"zz/h{number}", name=words, homepage=address, notes=words)
    facts = _facts(words)
    return replace(
        made, article=article, source=source, capture=replace(made.capture, url=address), facts=facts,
        placing=stories.placing(article, facts, words, NOW.toordinal()),
    )  # fmt: skip


def _facts(words: str) -> Facts:
    quote = Evidence(start=0, end=len(words), quote=words)
    return Facts(
        figures=(Figure(evidence=quote, type=FigureType.VERDICTS, low=7, high=9, unit="cases", counted=words, per=words,
                        speaker=words, organisation=words),),
        decisions=(Decision(evidence=quote, kind=DecisionKind.SENTENCED, decided_by=words, articles=(words,),
                            sentence=words),),
        mentions=(Mention(evidence=quote, kind=MentionKind.ORGANISATION, name=words, role=words),
                  Mention(evidence=quote, kind=MentionKind.COUNTRY, name="fi", country="fi", role=words)),
        citations=(Citation(evidence=quote, name=words, origin=True),),
    )  # fmt: skip


@dataclass
class Reader(HTMLParser):
    """Collects elements, links and handlers of a page."""

    elements: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        self.elements.add(tag)
        told = dict(attrs)
        self.handlers += [name for name in told if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction", "srcset", "poster", "data"):
            if name in told:
                self.links.append((told[name] or "", told.get("rel") or ""))


def alive(page: str) -> Iterator[str]:
    """Whatever on a page could act or lead elsewhere than it should; nothing, where it is harmless."""
    reader = Reader()
    reader.feed(page)
    yield from sorted(reader.elements & {"script", "img", "base", "iframe", "object", "embed", "style", "xml"})
    yield from reader.handlers
    for address, rel in reader.links:
        within = address.startswith(("/", "#", "?", "http://localhost/")) and not address.startswith(("//", "/\\"))
        if not within and not (address.startswith(("http://", "https://")) and "noreferrer" in rel):
            yield address
