"""A report that is read again in, its judgement before and now out: what was thought of it stays readable.

The first judgement of a report stands in ``articles``. Rows are written when another one differs from it: the first,
with the last terms by which it was made, and then each that differs from the one before. The newest says whether the
terms of today would keep the report; nothing is taken away.
"""

import json

from db import rows
from db.model import Analysis, Answer, Place, Rejection
from db.store.tables import Tables

_SAID = ("kept", "stage", "reason", "detail", "score", "answer", "reasons")
_FIRST = """
SELECT runs.id AS run, articles.fetched_at AS at, coalesce(runs.terms, '') AS terms,
    1 AS kept, 'relevance' AS stage, 'kept' AS reason, why AS detail, articles.score, 'keep' AS answer, reasons
FROM articles LEFT JOIN pages ON pages.report = articles.id LEFT JOIN runs ON runs.id = pages.run
WHERE articles.id = :report ORDER BY pages.judged_at, pages.id LIMIT 1
"""
_TAKEN = (
    "UPDATE articles SET score=?, why=?, reasons=? WHERE id=? AND (SELECT text FROM texts WHERE texts.id=articles.id)=?"
)


class JudgementStore(Tables):
    """The part of the store that keeps what other terms made of a report."""

    def standing(self, place: Place | None) -> int:
        """The report whose text was read from the capture at ``place``; 0 where there is none."""
        sql = "SELECT id FROM articles WHERE archive_file=? AND archive_offset=?"
        found = self._db.conn.execute(sql, [place.file, place.offset]).fetchone() if place else None
        return int(found[0]) if found else 0

    def _rejudge(self, outcome: Analysis | Rejection) -> None:
        """Write down what the current run makes of the report whose capture it has read again, where that is news.

        Of an analysis it must be told before the report's row is written anew.
        """
        place = outcome.capture.place if isinstance(outcome, Analysis) else outcome.place
        report = self.standing(place)
        if not report:
            return
        found = _told(outcome)
        sql = "SELECT * FROM judgements WHERE report=? ORDER BY id DESC LIMIT 1"
        last = next(self._db.query(sql, [report]), None)
        before = last or next(self._db.query(_FIRST, {"report": report}))
        if all(before[name] == found[name] for name in _SAID) and (found["kept"] or before["terms"] == self._terms()):
            return
        if last is None:
            self._insert("judgements", {"report": report, **before})
        self._insert("judgements", {"report": report, **self._now(), **found})
        if isinstance(outcome, Analysis):  # also of a report that was revised since, whose row is not written anew
            told = [found["score"], found["detail"], found["reasons"], report, outcome.article.text]
            self._db.execute(_TAKEN, told)

    def _now(self) -> rows.Row:
        """The current run, when it began, and its terms; a run tells the time, since the store asks no clock."""
        run = next(self._db.query("SELECT id AS run, started_at AS at, terms FROM runs WHERE id=?", [self.run]), None)
        return dict(run) if run else {"run": None, "at": "", "terms": ""}

    def _terms(self) -> str:
        return str(self._now()["terms"])


def _told(outcome: Analysis | Rejection) -> rows.Row:
    if isinstance(outcome, Rejection):
        return {
            "kept": 0, "stage": outcome.stage.value, "reason": outcome.reason, "detail": outcome.detail,
            "score": round(outcome.score, 4), "answer": outcome.answer.value, "reasons": "[]",
        }  # fmt: skip
    verdict = outcome.verdict
    reasons = json.dumps([rows.reason_object(reason) for reason in verdict.reasons], ensure_ascii=False)
    return {
        "kept": 1, "stage": "relevance", "reason": "kept", "detail": verdict.why, "score": round(verdict.score, 4),
        "answer": Answer.KEEP.value, "reasons": reasons,
    }  # fmt: skip
