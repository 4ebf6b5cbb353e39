"""Kept reports looked at again: when each is due, what changed in it, and the texts that were replaced."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from db import rows
from db.model import RECHECK_DAYS, Analysis, Change, Issue, Level, Placer, Recheck
from db.rows.facts import TABLES, Known
from db.store.searching import SearchStore
from db.store.stories import StoryStore

_MOST = 500  # rechecks of one run
_LONGEST = timedelta(days=120)  # after which a page that never answers is let be
_LATER = timedelta(days=1)  # the next try of a page that could not be fetched
_EARLY = timedelta(hours=6)  # before its time, since a run begins hours before it has fetched its last page
_GONE = {404, 410, 451}
_DUE = """
SELECT rechecks.report, url, source, etag, last_modified, texts.title, text, language, published_from,
    coalesce((
        SELECT new FROM revisions WHERE revisions.report = rechecks.report AND what = 'date' ORDER BY id DESC LIMIT 1
    ), published_on) AS published_on
FROM rechecks JOIN articles ON articles.id = rechecks.report JOIN texts ON texts.id = rechecks.report
WHERE due_at <= :now AND (:sources IS NULL OR source IN (SELECT value FROM json_each(:sources)))
ORDER BY due_at, rechecks.report LIMIT :most
"""


class RevisionStore(StoryStore, SearchStore):
    """The part of the store that watches reports after their publication."""

    def _watch(self, report: int, analysis: Analysis) -> None:
        """Plan the rechecks of a report that was captured just now."""
        capture = analysis.capture
        row: rows.Row = {
            "report": report,
            "etag": capture.header("etag"),
            "last_modified": capture.header("last-modified"),
            "done": 0,
            "due_at": rows.stamp(capture.fetched_at + timedelta(days=RECHECK_DAYS[0])),
            "status": capture.status,
            "asked_at": rows.stamp(capture.fetched_at),
        }
        self._add("rechecks", row, "report")

    def due(self, now: datetime, sources: Iterable[str] | None = None) -> list[Recheck]:
        """Reports (of ``sources`` where they are given) to be fetched again, those that wait longest first."""
        wanted = None if sources is None else json.dumps(list(sources))
        asked = {"now": rows.stamp(now + _EARLY), "sources": wanted, "most": _MOST}
        return [_recheck(row) for row in self._db.query(_DUE, asked)]

    def rechecked(self, recheck: Recheck, status: int, validators: tuple[str, str], now: datetime) -> None:
        """Note an answer without news: not modified, changed in looks only, or gone, which is told once."""
        with self._transaction():
            self._note_recheck(recheck, status, validators, now)
            if status in _GONE and not self._is_told_gone(recheck.report):
                gone = Change(what="vanished", old=recheck.url, new=f"HTTP {status}")
                self._tell(recheck, [gone], now)
                self._revision(recheck.report, gone, (self._capture_of(recheck.report), _NOWHERE), now)

    def revise(
        self,
        recheck: Recheck,
        analysis: Analysis,
        changes: Sequence[Change],
        now: datetime,
        placer: Placer | None = None,
    ) -> None:
        """Take a newer edition of a report; the old text and its facts are kept, with when they ceased to stand."""
        capture, report = analysis.capture, recheck.report
        with self._transaction(), self._reindexed(report):
            old = self._capture_of(report)
            new: rows.Row = {
                "sha256": analysis.sha256,
                "archive_file": capture.place.file if capture.place else None,
                "archive_offset": capture.place.offset if capture.place else None,
            }
            self._keep_edition(report, old, now)
            for change in changes:
                self._revision(report, change, (old, new), now)
            self._tell(recheck, changes, now)
            for table in TABLES:
                sql = f"UPDATE {table} SET known_until=? WHERE report=? AND known_until IS NULL"  # noqa: S608  # names are ours
                self._db.execute(sql, [rows.stamp(now), report])
            article = analysis.article
            text: rows.Row = {"id": report, "title": article.headline, "text": article.text}
            self._upsert("texts", text, "id")
            sql = "UPDATE articles SET title=?, sha256=?, archive_file=?, archive_offset=? WHERE id=?"
            place = [new["sha256"], new["archive_file"], new["archive_offset"]]
            self._db.execute(sql, [article.headline, *place, report])
            self._insert_facts(analysis.facts, Known(report=report, since=rows.stamp(now)))
            if placer and analysis.placing:
                self._renew(report, analysis.placing, placer, rows.stamp(now))
            validators = (capture.header("etag"), capture.header("last-modified"))
            self._note_recheck(recheck, capture.status, validators, now)

    def _is_revised(self, report: int) -> bool:
        return bool(self._db.execute("SELECT EXISTS(SELECT 1 FROM editions WHERE report=?)", [report]).fetchone()[0])

    def _note_recheck(self, recheck: Recheck, status: int, validators: tuple[str, str], now: datetime) -> None:
        sql = (
            "SELECT done, fetched_at, etag, last_modified FROM rechecks JOIN articles ON articles.id = report "
            "WHERE report=?"
        )
        known = next(self._db.query(sql, [recheck.report]))
        answered = status in {200, 304, *_GONE}
        first = datetime.fromisoformat(known["fetched_at"])
        missed = sum(first + timedelta(days=days) <= now for days in RECHECK_DAYS[:-1])  # one answer makes up for them
        done = max(known["done"] + 1, missed) if answered else known["done"]
        following = first + timedelta(days=RECHECK_DAYS[done]) if done < len(RECHECK_DAYS) else None
        if not answered:
            following = now + _LATER if now < first + _LONGEST else None
        row: rows.Row = {
            "report": recheck.report,
            "etag": validators[0] or known["etag"],
            "last_modified": validators[1] or known["last_modified"],
            "done": done,
            "due_at": rows.stamp_or_none(max(following, now) if following else None),
            "status": status,
            "asked_at": rows.stamp(now),
        }
        self._upsert("rechecks", row, "report")

    def _is_told_gone(self, report: int) -> bool:
        sql = "SELECT EXISTS(SELECT 1 FROM revisions WHERE report=? AND what='vanished')"
        return bool(self._db.execute(sql, [report]).fetchone()[0])

    def _capture_of(self, report: int) -> rows.Row:
        sql = "SELECT sha256, archive_file, archive_offset FROM articles WHERE id=?"
        return dict(next(self._db.query(sql, [report])))

    def _keep_edition(self, report: int, old: rows.Row, now: datetime) -> None:
        sql = "SELECT title, text FROM texts WHERE id=?"
        text = next(self._db.query(sql, [report]))
        sql = (
            "SELECT coalesce((SELECT max(known_until) FROM editions WHERE report=:r), "
            "(SELECT fetched_at FROM articles WHERE id=:r)) AS since"
        )
        since = next(self._db.query(sql, {"r": report}))["since"]
        row: rows.Row = {"report": report, **text, **old, "known_from": since, "known_until": rows.stamp(now)}
        self._add("editions", row, "report, known_from")

    def _revision(self, report: int, change: Change, captures: tuple[rows.Row, rows.Row], now: datetime) -> None:
        old, new = captures
        row: rows.Row = {
            "report": report, "at": rows.stamp(now), "what": change.what, "old": change.old, "new": change.new,
            "old_sha256": old["sha256"], "new_sha256": new["sha256"], "old_file": old["archive_file"],
            "old_offset": old["archive_offset"], "new_file": new["archive_file"], "new_offset": new["archive_offset"],
            "run": self.run or None,
        }  # fmt: skip
        self._insert("revisions", row)

    def _tell(self, recheck: Recheck, changes: Sequence[Change], now: datetime) -> None:
        told = "; ".join(f"{each.what}: {each.old or 'nothing'} became {each.new or 'nothing'}" for each in changes)
        what = "vanished" if any(each.what == "vanished" for each in changes) else "report-changed"
        detail = f"{recheck.url}: {told}"
        self._issues(
            [Issue(what=what, level=Level.WARNING, detail=detail, source=recheck.source, url=recheck.url)], now
        )


_NOWHERE: rows.Row = {"sha256": "", "archive_file": None, "archive_offset": None}


def _recheck(row: dict[str, str]) -> Recheck:
    day = row["published_on"]
    return Recheck(
        report=int(row["report"]), url=row["url"], source=row["source"], etag=row["etag"],
        last_modified=row["last_modified"], title=row["title"], text=row["text"], language=row["language"],
        published_on=date.fromisoformat(day) if day else None, published_from=row["published_from"],
    )  # fmt: skip
