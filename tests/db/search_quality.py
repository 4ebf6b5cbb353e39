"""Our labelled questions in, what the site's search finds, misses and finds in error out.

``tests/eval/search``: ``reports.jsonl`` are invented reports; each line of ``queries.jsonl`` is what someone types, the
reports that it must find (``finds``) and those that it may find (``may``), which are not counted either way. The search
was mended on the faults of these; ``held_out.jsonl`` are questions on the same reports that it was not mended on.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from db.store import Store
from tests import factory
from tests.db.web_browser import Visitor

SET = Path(__file__).parents[1] / "eval" / "search"
ALL = "all"
REPORTS, TUNED, HELD_OUT = "reports.jsonl", "queries.jsonl", "held_out.jsonl"
_REPORT = re.compile(r'<h2 class="card-title"[^>]*><a href="/report/(\d+)"')
_MORE = re.compile(r'<a class="button" href="(/search\?[^"]*)"')
_TROUBLE = re.compile(r'<p class="notice" role="status"><bdi>(.*?)</bdi>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one question found, as keys of reports: rightly, in error and not; ``troubles`` as the page tells them."""

    language: str
    typed: str
    right: frozenset[str]
    false: frozenset[str]
    missed: frozenset[str]
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Questions of one language or of all, and the shares over all their reports (micro-averages)."""

    questions: int
    wanted: int
    recall: float
    precision: float


def lines(name: str) -> list[dict[str, Any]]:
    """The rows of one file of the set."""
    return [json.loads(line) for line in (SET / name).read_text(encoding="utf-8").splitlines()]


def digest(questions: str = TUNED) -> str:
    """Sixteen hex digits that change with any byte of the reports or of ``questions``."""
    return hashlib.sha256(b"".join((SET / name).read_bytes() for name in (REPORTS, questions))).hexdigest()[:16]


@cache
def answers(questions: str = TUNED) -> tuple[Answer, ...]:
    """Every one of ``questions`` asked of the real site over a real database that holds all reports."""
    with TemporaryDirectory() as folder:
        db, archive = Path(folder) / "watch.sqlite", Path(folder) / "archive"
        archive.mkdir()
        fill(db, lines(REPORTS))
        with closing(sqlite3.connect(db)) as opened:
            keys = dict(opened.execute("SELECT id, key FROM articles"))
        with Visitor(db, archive) as visitor:
            return tuple(_answer(visitor, keys, row) for row in lines(questions))


def fill(db: Path, reports: Iterable[dict[str, Any]]) -> None:
    """Keep ``reports`` in a new database, each under its ``id``."""
    with Store(db, holder="tests") as store:
        for row in reports:
            url = f"https://{row['source'].replace('/', '-')}.example/{row['id']}"
            published_at = datetime.fromisoformat(row["published_on"]).replace(hour=12, tzinfo=UTC)
            article = factory.article(
                url, headline=row["title"], text=row["text"], language=row["language"], published_at=published_at,
            )  # fmt: skip
            origin = factory.source(row["source"], name=row["source"], country=row["source"][:2])
            store.save(factory.analysis(url, article=article, source=origin), page=url, report=row["id"])


def scores(found: Sequence[Answer]) -> dict[str, Score]:
    """How well all questions were answered, and those of each language."""
    languages = dict.fromkeys(each.language for each in found)
    told = {ALL: score(found)}
    return told | {name: score([each for each in found if each.language == name]) for name in languages}


def score(found: Sequence[Answer]) -> Score:
    """Recall and precision over all reports of ``found``."""
    right, false, missed = (sum(len(getattr(each, part)) for each in found) for part in ("right", "false", "missed"))
    return Score(
        questions=len(found), wanted=right + missed, recall=right / max(1, right + missed),
        precision=right / max(1, right + false),
    )  # fmt: skip


def table() -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the figures as they stand in ``docs/quality.md``."""
    heads = ["set", "language of the question", "questions", "reports to be found", "recall", "precision"]
    rows = [
        [title, name, str(told.questions), str(told.wanted), f"{told.recall:.3f}", f"{told.precision:.3f}"]
        for title, questions in (("tuned on", TUNED), ("held out", HELD_OUT))
        for name, told in scores(answers(questions)).items()
    ]
    return heads, rows


def _answer(visitor: Visitor, keys: dict[int, str], row: dict[str, Any]) -> Answer:
    page = visitor.page(f"/search?{urlencode({'q': row['q']})}")
    troubles = tuple(map(unescape, _TROUBLE.findall(page)))
    reports = _REPORT.findall(page)
    while following := _MORE.search(page):
        page = visitor.page(unescape(following[1]))
        reports += _REPORT.findall(page)
    found, wanted = {keys[int(each)] for each in reports}, frozenset(row["finds"])
    return Answer(
        language=row["language"], typed=row["q"], right=wanted & found, false=frozenset(found - wanted - {*row["may"]}),
        missed=wanted - found, troubles=troubles,
    )  # fmt: skip
