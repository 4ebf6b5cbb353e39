"""Databases of invented reports for measuring the site: ``python -m benchmarks.site_databases FOLDER N ...``.

Each gets every table that a page reads: the watch list with five years of visits, runs and days, reports with texts,
facts, stories, the pages they were found on and as many that were not kept, and the index of all words. They are
written in bulk, with triggers and indexes made afterwards from the schema's own words; the last reports go through the
Store, which places them among the stories. At the end the Store is asked whether the index holds what it would hold.
Not written: protected mentions, sightings and keys of stories of the older reports, which no page reads.
"""

import argparse
import hashlib
import json
import random
import sqlite3
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import Pool
from multiprocessing.pool import AsyncResult
from pathlib import Path
from typing import Any

from benchmarks.bulk import bare
from benchmarks.site_history import fill_history
from benchmarks.site_plan import Plan, Planned
from benchmarks.site_stories import Stories
from benchmarks.site_texts import Writer, Written, article
from crawler import facts, relevance, sources, stories
from db import rows, search
from db.countries import SURE
from db.model import Analysis, Capture, Offer, Place, Source
from db.store import Store, searching

CHUNK = 500
AHEAD = 6  # chunks that are being written while one is stored
BY_STORE = 1000  # the newest reports go through the Store, a tenth of them at most
BULK = ("articles", "texts", "pages", "figures", "decisions", "mentions", "citations", "placements", "stories")
_CACHE = "PRAGMA cache_size=-600000"
Rows = dict[str, list[rows.Row]]
_writer: Writer


def make(path: Path, count: int, until: datetime) -> None:
    """Make the database ``path`` with ``count`` reports up to the moment ``until``."""
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    watched = sources.load().sources
    with Store(path, holder="benchmark") as store:
        store.know_sources(watched)
    last = min(BY_STORE, count // 10)
    planned = Plan(watched).reports(count, until)
    with closing(sqlite3.connect(path)) as connection:
        for pragma in ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", _CACHE, "PRAGMA foreign_keys=OFF"):
            connection.execute(pragma)
        fill_history(connection, watched, until)
        _load(connection, islice(planned, count - last))
    by_id = {source.id: source for source in watched}
    with Store(path, holder="benchmark") as store:
        known = Writer()
        for each in planned:
            store.save(
                analysis(known, each, by_id[each.source]), page=_key(each), report=_key(each), placer=stories.place
            )


def _load(connection: sqlite3.Connection, planned: Iterator[Planned]) -> None:
    """Store all that is planned, then lay indexes and triggers again, and count what triggers would have counted."""
    began, done = time.perf_counter(), 0
    with bare(connection, [*BULK, "series"]):
        connection.execute("INSERT INTO lemmas(lemmas, rank) VALUES ('hashsize', ?)", [64 << 20])
        series: dict[tuple[Any, ...], int] = {}
        told = Stories()
        for reports, found in _written(planned):
            for row in found["figures"]:
                key = tuple(row[name] for name in ("type", "territory", "organisation", "unit", "per"))
                row["series"] = series.setdefault(key, len(series) + 1)
            found["stories"] = list(told.add(zip(reports, found.pop("told"), strict=True)))
            for table, stored in found.items():
                _insert(connection, table, stored)
            done += len(reports)
            if done % 50_000 < CHUNK:
                print(f"  {done:,} reports after {time.perf_counter() - began:.0f} s", flush=True)
        _insert(connection, "stories", list(told.rest()))
        named = ("id", "type", "territory", "organisation", "unit", "per")
        _insert(connection, "series", [dict(zip(named, (at, *key), strict=True)) for key, at in series.items()])
        connection.execute("INSERT INTO lemmas(lemmas, rank) VALUES ('hashsize', ?)", [1 << 20])
        connection.execute("INSERT OR REPLACE INTO versions VALUES ('search', ?)", [search.VERSION])
    print(f"  laid after {time.perf_counter() - began:.0f} s", flush=True)


def _insert(connection: sqlite3.Connection, table: str, stored: list[rows.Row]) -> None:
    if stored:
        names = ", ".join(f'"{name}"' for name in stored[0])
        marks = ", ".join("?" * len(stored[0]))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # table and column names are ours
        connection.executemany(sql, (tuple(row.values()) for row in stored))


def _written(planned: Iterator[Planned]) -> Iterator[tuple[list[Planned], dict[str, Any]]]:
    """The rows of all that is planned, chunk by chunk, written by processes of their own."""
    with Pool(2, initializer=_begin) as pool:
        waiting: deque[tuple[list[Planned], AsyncResult[dict[str, Any]]]] = deque()
        while True:
            while len(waiting) < AHEAD and (chunk := list(islice(planned, CHUNK))):
                waiting.append((chunk, pool.apply_async(_rows, [chunk])))
            if not waiting:
                return
            chunk, result = waiting.popleft()
            yield chunk, result.get()


def _begin() -> None:
    global _writer  # noqa: PLW0603  # one a process
    _writer = Writer()


def _rows(planned: list[Planned]) -> dict[str, Any]:
    """The rows of some reports by table, and what stories are told of them."""
    found: dict[str, Any] = {name: [] for name in BULK if name != "stories"}
    found |= {"lemmas": [], "indexed": [], "told": []}
    for each in planned:
        written = _writer.write(each.seed, each.language, each.first_seen.date())
        since = rows.stamp(each.first_seen)
        for table, row in written.facts:
            found[table].append({**row, "report": each.id, "known_from": since, "known_until": None})
        article_row = _article(each, written)
        found["articles"].append(article_row)
        found["texts"].append({"id": each.id, "title": written.title, "text": written.text})
        found["pages"] += _pages(each, article_row)
        countries = _countries(written)
        _index(found, each, written, countries)
        found["placements"].append({
            "report": each.id, "story": each.story, "original": each.original, "parent": each.parent or None,
            "relation": each.relation, "likeness": 0.95 if each.parent else 0.0, "fixed": 0,
            "order": f"{rows.stamp(each.published_at or each.first_seen)} {article_row['key']}",
        })  # fmt: skip
        origin = next((row["name"] for table, row in written.facts if table == "citations" and row["origin"]), "")
        found["told"].append((written.title, written.text.partition("\n")[0], countries, origin))
    return found


def _countries(written: Written) -> list[str]:
    """The countries that a report names, as ``db.countries`` has it."""
    named = (
        row["country"]
        for table, row in written.facts
        if (table == "mentions" and row["kind"] == "country")
        or (table == "decisions" and float(row["certainty"] or 0) >= SURE)
    )
    return sorted({str(country) for country in named if country})


def _index(found: dict[str, Any], each: Planned, written: Written, countries: list[str]) -> None:
    """What the index holds of a report, as ``SearchStore`` would have it."""
    day = rows.stamp(each.published_at or each.first_seen)
    about = search.about(each.source, each.language, countries, day)
    document = (written.title_keys, written.keys, written.bare, about)
    digest = searching._digest(document)  # noqa: SLF001  # what is checked at the end
    names = ("title", "text", "bare", "about")
    found["lemmas"].append({"rowid": each.id, **dict(zip(names, document, strict=True))})
    found["indexed"].append({"report": each.id, "digest": digest})


def _key(each: Planned) -> str:
    return f"{each.source.replace('/', '-')}.example/{each.first_seen:%Y/%m/%d}/{each.id}"


def _article(each: Planned, written: Written) -> rows.Row:
    seen, key = rows.stamp(each.first_seen), _key(each)
    return {
        "id": each.id, "key": key, "url": f"https://{key}", "canonical_url": f"https://{key}", "source": each.source,
        "title": written.title, "language": each.language, "authors": json.dumps([written.author], ensure_ascii=False),
        "published_at": rows.stamp_or_none(each.published_at),
        "published_on": each.published_at.date().isoformat() if each.published_at else None,
        "published_from": ("feed", "json-ld", "meta", "time")[each.id % 4] if each.published_at else "",
        "standfirst": written.text[:160], "section": ("", "World", "Society")[each.id % 3],
        "image_url": f"https://{key}.jpg", "credit": "", "paid": 0, "first_seen": seen, "fetched_at": seen,
        "score": 0.5 + each.id % 50 / 100, "why": "deserting or a deserter in the title", "reasons": written.reasons,
        "extractor": "trafilatura", "marks": "[]", "links": "[]", "archive_file": f"{seen[:10]}/a.warc.gz",
        "archive_offset": each.id * 400, "sha256": hashlib.sha256(key.encode()).hexdigest(),
    }  # fmt: skip


def _pages(each: Planned, row: rows.Row) -> list[rows.Row]:
    """The page on which a report was found, and one that was not kept."""
    names = ("url", "source", "first_seen", "title", "language", "archive_file", "archive_offset")
    page: rows.Row = {
        "key": row["key"], "judged_at": row["first_seen"], "outcome": "report", "stage": "relevance", "reason": "kept",
        "detail": row["why"], "score": row["score"], "answer": "keep", "report": each.id, "run": None,
        **{name: row[name] for name in names},
    }  # fmt: skip
    reason = ("no word of the topic in its text", "not about the topic", "wrong language")[each.id % 3]
    other: rows.Row = {
        "outcome": "rejected",
        "reason": reason,
        "detail": "",
        "score": 0.05,
        "answer": "drop",
        "report": None,
    }
    return [page, {**page, "key": f"{row['key']}/other", "url": f"{row['url']}/other", **other}]


def analysis(writer: Writer, each: Planned, source: Source) -> Analysis:
    """A report as a crawl hands it to the Store: judged, read for facts, with what it is placed among stories by."""
    written = writer.write(each.seed, each.language, each.first_seen.date())
    url = f"https://{_key(each)}"
    made = article(written, url, each.language, each.published_at)
    verdict = relevance.judge(made)
    found = facts.find(made, source.country)
    capture = Capture(
        url=url, fetched_at=each.first_seen, status=200, headers=(), body=b"",
        offer=Offer(source=source.id, offered_at=each.first_seen),
        place=Place(file=f"{each.first_seen:%Y-%m-%d}/a.warc.gz", offset=each.id * 400),
    )  # fmt: skip
    return Analysis(
        capture=capture, sha256=hashlib.sha256(url.encode()).hexdigest(), source=source, article=made, facts=found,
        verdict=verdict, placing=stories.placing(made, found, source.name, each.first_seen.toordinal()),
    )  # fmt: skip


def check(path: Path, count: int = 400) -> None:
    """Stop where the index does not hold of some reports what the Store would have written."""
    with Store(path, holder="benchmark") as store:
        asked = store._db.conn  # noqa: SLF001  # looks inside
        newest = asked.execute("SELECT max(id) FROM articles").fetchone()[0]
        for number in random.Random(3).sample(range(1, newest + 1), min(count, newest)):
            document = store._document(number)  # noqa: SLF001  # looks inside
            stored = asked.execute("SELECT digest FROM indexed WHERE report = ?", [number]).fetchone()
            if document is None or stored is None or searching._digest(document) != stored[0]:  # noqa: SLF001  # looks inside
                raise SystemExit(f"{path}: the index holds other words of report {number} than the Store would")
            word = min(document[1].split(), key=lambda key: (-len(key), key))
            found = asked.execute("SELECT 1 FROM lemmas WHERE lemmas MATCH ? AND rowid = ?", [f'"{word}"', number])
            if found.fetchone() is None:
                raise SystemExit(f"{path}: report {number} is not found by its word {word}")


def main() -> int:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sizes", type=int, nargs="+", help="numbers of reports")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for size in asked.sizes:
        path, began = asked.folder / f"{size}.db", time.perf_counter()
        make(path, size, datetime.now(UTC))
        check(path)
        print(f"{path}: {path.stat().st_size / 1e6:,.0f} MB in {time.perf_counter() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
