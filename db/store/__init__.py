"""The only writer of the database; each public method is one transaction that may be repeated without harm."""

import json
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout
from sqlite_utils import Database

from db import rows
from db.errors import StoreBusyError
from db.model import Analysis, Candidate, ChannelState, Counts, Haul, Issue, Place, Placer, Rejection, Sample, Source
from db.schema import migrate
from db.store.judging import JudgementStore
from db.store.memory import Memory
from db.store.revisions import RevisionStore
from db.store.tables import assign

MAX_TRIES = 3
_BUSY_SECONDS = 30
_CAPTURES = (  # where captures are named: table, column of the archive's file, column of the offset in it
    ("articles", "archive_file", "archive_offset"),
    ("pages", "archive_file", "archive_offset"),
    ("editions", "archive_file", "archive_offset"),
    ("revisions", "old_file", "old_offset"),
    ("revisions", "new_file", "new_offset"),
)


class Store(RevisionStore, JudgementStore):
    """One open database with the right to write it, held by a lock that names its holder.

    Raises:
        StoreBusyError: another process holds it; the text names that process.
    """

    def __init__(self, path: Path, *, holder: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock, self._note = FileLock(f"{path}.lock"), Path(f"{path}.holder")
        self._take(path, holder)
        self._db = Database(sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False))
        self._db.enable_wal()
        self._db.conn.execute("PRAGMA foreign_keys=ON")
        self._db.conn.execute("PRAGMA synchronous=NORMAL")
        migrate(self._db)
        self.renew_index()
        self.run, self._memory = 0, Memory()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Fold the write-ahead log into the file and let the database go."""
        self._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()
        self._note.unlink(missing_ok=True)
        self._lock.release()

    def _take(self, path: Path, holder: str) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            who = (
                self._note.read_text(encoding="utf-8").strip() if self._note.exists() else "a process that gave no name"
            )
            raise StoreBusyError(f"{path}: is being written by {who}; wait for it to end, or stop it") from error
        self._note.write_text(f"{holder} (process {os.getpid()})\n", encoding="utf-8")

    # -- runs

    def begin_run(self, kind: str, now: datetime, terms: str = "") -> int:
        """Open a run of ``kind`` that judges by the version ``terms`` of the topic.

        Runs that a kill left open are closed as ``died``, with what their pages tell.
        """
        with self._transaction():
            self._db.execute(
                "UPDATE runs SET outcome='died', finished_at=?, "
                "analyses=(SELECT count(*) FROM pages WHERE run=runs.id AND outcome='report'), "
                "rejections=(SELECT count(*) FROM pages WHERE run=runs.id AND outcome='rejected'), "
                "candidates_in_issues=(SELECT count(*) FROM pages WHERE run=runs.id AND outcome='failed') "
                "WHERE outcome='running'",
                [rows.stamp(now)],
            )
            self._db.execute("UPDATE runs SET candidates=analyses+rejections+candidates_in_issues WHERE outcome='died'")
            row: rows.Row = {"kind": kind, "started_at": rows.stamp(now), "outcome": "running", "terms": terms}
            self.run = self._insert("runs", row)
        return self.run

    def finish_run(self, outcome: str, counts: Counts, now: datetime) -> None:
        """Close the current run with what it did."""
        numbers = asdict(counts)
        row: rows.Row = {"finished_at": rows.stamp(now), "outcome": outcome, **numbers, "counts": json.dumps(numbers)}
        with self._transaction():
            self._db.execute(f"UPDATE runs SET {assign(row)} WHERE id=:id", {**row, "id": self.run})  # noqa: S608  # column names are ours

    def note(self, issues: Iterable[Issue], now: datetime) -> None:
        """Write ``issues`` down as the current run's."""
        with self._transaction():
            self._issues(issues, now)

    def note_timetable(self, event: str, now: datetime, *, due_at: datetime | None = None, detail: str = "") -> None:
        """Write down what the timetable did: a fire, a miss, a skip, a failure."""
        with self._transaction():
            self._insert(
                "timetable",
                {"at": rows.stamp(now), "event": event, "due_at": rows.stamp_or_none(due_at), "detail": detail},
            )

    # -- sources and channels

    def know_sources(self, sources: Iterable[Source]) -> None:
        """Write down the watch list as it stands; a source that left it stays known, but is not enabled."""
        with self._transaction():
            self._db.execute("UPDATE sources SET enabled=0, reason='not on the watch list any more' WHERE watched=1")
            for source in sources:
                self._upsert("sources", rows.source_row(source), "id")

    def ruled(self, source: str, digest: str) -> None:
        """Remember by which rules the pages of ``source`` are read."""
        with self._transaction():
            self._db.execute("UPDATE sources SET rules_digest=? WHERE id=?", [digest, source])

    def know_channels(self, states: Iterable[ChannelState]) -> None:
        """Remember channels that are not known yet; those that are stay as they are."""
        with self._transaction():
            for state in states:
                self._add("channels", rows.channel_row(state), "url")

    def settle_channel(self, haul: Haul, now: datetime) -> list[Candidate]:
        """Keep what a channel's answer brought: its state, its issues, and the links not known yet, which are returned.

        Validators and links are one transaction: a kill can never leave a 304 that hides links. Channels that an answer
        names are made known before it is settled, for the same reason. A page keeps its first sighting by each channel.
        """
        fresh = []
        with self._transaction():
            for publisher in haul.publishers:
                self._know(publisher)
            for state in haul.states:
                self._upsert("channels", rows.channel_row(state), "url")
                if state.asked_at and not state.parent:
                    self._upsert("visits", rows.visit_row(state), "channel, at")
            for sighting in haul.sightings:
                self._add("sightings", rows.sighting_row(sighting), "page, channel")
            for candidate in haul.candidates:
                if not self._is_known(candidate.key):
                    self._insert("candidates", rows.candidate_row(candidate, now))
                    fresh.append(candidate)
            for gap in haul.gaps:
                self._insert("gaps", rows.gap_row(gap, self.run))
            self._issues(haul.issues, now)
        return fresh

    def unknown(self, keys: Iterable[str]) -> int:
        """How many of the pages called ``keys`` are neither read nor waiting."""
        return sum(not self._is_known(key) for key in keys)

    def channel_states(self) -> dict[str, ChannelState]:
        """Every channel address known, by its URL."""
        return {row["url"]: rows.channel_state(row) for row in self._db.query("SELECT * FROM channels")}

    def waiting(self) -> list[Candidate]:
        """Links found and not fetched yet, oldest first."""
        return [rows.candidate(row) for row in self._db.query("SELECT * FROM candidates ORDER BY offered_at, rowid")]

    def links_since(self, since: datetime) -> dict[str, int]:
        """How many links each source has offered since ``since``."""
        sql = (
            "SELECT source, count(*) AS n FROM (SELECT source, key FROM pages WHERE first_seen >= :since "
            "UNION SELECT source, key FROM candidates WHERE offered_at >= :since) GROUP BY source"
        )
        return {row["source"]: row["n"] for row in self._db.query(sql, {"since": rows.stamp(since)})}

    # -- pages

    def save(self, analysis: Analysis, *, page: str, report: str, placer: Placer | None = None) -> bool:
        """Keep a report; ``page`` and ``report`` are the identities of its address and of its canonical form.

        Of several captures of one report the earliest stands. Another page that declares the same canonical address but
        has another title and another text is another report, under its own address. True where the report is new.
        """
        with self._transaction():
            self._know(analysis.source)
            self._rejudge(analysis)
            row = rows.article_row(analysis, report)
            if self._is_another(report, analysis):
                row = {**row, "key": page, "canonical_url": row["url"]}
            old = self._one("SELECT id, fetched_at, url FROM articles WHERE key=?", [row["key"]])
            number = int(old["id"]) if old else self._insert("articles", row)
            if not old and "post" not in analysis.article.marks:
                self._watch(number, analysis)
            mine, theirs = (str(row["fetched_at"]), str(row["url"])), (old["fetched_at"], old["url"]) if old else None
            if theirs is None or (mine <= theirs and not self._is_revised(number)):
                with self._reindexed(number, known=bool(old)):
                    if old:
                        self._upsert("articles", row, "key")
                    self._say(number, analysis, str(row["key"]), placer)
            self._settle_page(rows.page_row(analysis, page, self.run, number))
        return old is None

    def _say(self, number: int, analysis: Analysis, key: str, placer: Placer | None) -> None:
        """Keep the text of a report, what it says, and its place among the stories."""
        text: rows.Row = {"id": number, "title": analysis.article.headline, "text": analysis.article.text}
        self._upsert("texts", text, "id")
        self._keep_facts(number, analysis)
        if placer:
            self._place(number, analysis, key, placer)

    def reject(self, rejection: Rejection, *, page: str, source: Source) -> None:
        """Remember why the page called ``page`` is no report; a page that once was one stays one, and is marked."""
        with self._transaction():
            self._know(source)
            self._rejudge(rejection)
            self._settle_page(rows.page_row(rejection, page, self.run, None))

    def fail(self, candidate: Candidate, issue: Issue, now: datetime, *, again: bool) -> None:
        """Note that ``candidate`` could not be fetched; ``again``: the next run tries it, three runs at most."""
        with self._transaction():
            self._issues([issue], now)
            if again and candidate.tries + 1 < MAX_TRIES:
                self._db.execute("UPDATE candidates SET tries=tries+1 WHERE key=?", [candidate.key])
            else:
                self._settle_page(_failed_row(candidate, issue, self.run, now))

    def sample(self, sample: Sample) -> None:
        """Remember how a page read."""
        with self._transaction():
            self._upsert("samples", rows.sample_row(sample), "page")

    # -- archive

    def kept_places(self) -> set[Place]:
        """Where the captures of all reports stand in the archive."""
        sql = " UNION ".join(
            f"SELECT {file} AS f, {offset} AS o FROM {table} WHERE {file} IS NOT NULL"  # noqa: S608  # names are ours
            for table, file, offset in _CAPTURES
            if table != "pages"
        )
        return {Place(file=row["f"], offset=row["o"]) for row in self._db.query(sql)}

    def move_captures(self, moves: dict[Place, Place]) -> None:
        """Follow captures that pruning has moved."""
        with self._transaction():
            for table, file, offset in _CAPTURES:
                for old, new in moves.items():
                    sql = f"UPDATE {table} SET {file}=?, {offset}=? WHERE {file}=? AND {offset}=?"  # noqa: S608  # see above
                    self._db.execute(sql, [new.file, new.offset, old.file, old.offset])

    def forget_captures(self, file: str) -> None:
        """Forget captures of pages that stood in the archive file ``file``, after the kept ones have moved."""
        with self._transaction():
            self._db.execute("UPDATE pages SET archive_file=NULL, archive_offset=NULL WHERE archive_file=?", [file])

    # -- pieces

    def _is_known(self, key: str) -> bool:
        sql = "SELECT EXISTS(SELECT 1 FROM pages WHERE key=:k) OR EXISTS(SELECT 1 FROM candidates WHERE key=:k)"
        return bool(self._db.execute(sql, {"k": key}).fetchone()[0])

    def _is_another(self, key: str, analysis: Analysis) -> bool:
        """Whether the report called ``key`` came from another address and says something else in title and text."""
        sql = "SELECT url, texts.title, text FROM articles JOIN texts USING (id) WHERE key=?"
        known = self._one(sql, [key])
        article = analysis.article
        differs = known and known["title"] != article.headline and known["text"] != article.text
        return bool(known and differs and known["url"] != analysis.capture.url)

    def _know(self, source: Source) -> None:
        self._add("sources", rows.source_row(source), "id")

    def _settle_page(self, row: rows.Row) -> None:
        old = self._one("SELECT first_seen, judged_at, outcome FROM pages WHERE key=?", [row["key"]])
        if old:
            row = {**row, "first_seen": min(str(row["first_seen"]), old["first_seen"])}
        if not old or _stands(row, old):
            self._upsert("pages", row, "key")
        else:
            self._db.execute("UPDATE pages SET first_seen=:first_seen WHERE key=:key", row)
        self._db.execute("DELETE FROM candidates WHERE key=?", [row["key"]])


def _stands(row: rows.Row, old: dict[str, str]) -> bool:
    """Whether ``row`` of a page replaces ``old``: reports go before all else, of them the earliest, else the latest."""
    if (row["outcome"] == "report") != (old["outcome"] == "report"):
        return row["outcome"] == "report"
    earlier = str(row["judged_at"]) < old["judged_at"]
    return str(row["judged_at"]) == old["judged_at"] or earlier == (row["outcome"] == "report")


def _failed_row(candidate: Candidate, issue: Issue, run: int, now: datetime) -> rows.Row:
    offer = candidate.offer
    return {
        "key": candidate.key,
        "run": run or None,
        "report": None,
        "url": candidate.url,
        "source": offer.source,
        "first_seen": rows.stamp(offer.offered_at or now),
        "judged_at": rows.stamp(now),
        "outcome": "failed",
        "stage": "fetch",
        "reason": issue.what,
        "detail": issue.detail,
        "score": 0.0,
        "answer": "",
        "title": offer.title,
        "language": "",
        "archive_file": None,
        "archive_offset": None,
    }
