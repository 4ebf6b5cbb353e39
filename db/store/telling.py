"""The reports of a story in, what it says of itself out: read anew from all of them, or with one more.

A story may have thousands of reports, so one that joins it must not cost as much as reading them all.
"""

import json
from typing import Any

from db import rows
from db.store.facts import FactStore
from db.store.members import bare, origins, worth

_TOLD = """
SELECT report, original, relation, "order" AS place, articles.title, language, articles.first_seen,
    coalesce(published_at, articles.first_seen) AS at, sources.name AS publisher, fingerprints.lead, lead_start,
    lead_end, length(text) AS length,
    coalesce((SELECT name FROM citations WHERE citations.report = placements.report AND origin = 1
        AND known_until IS NULL LIMIT 1), nullif(credit, '')) AS origin
FROM placements JOIN articles ON articles.id = placements.report JOIN texts ON texts.id = articles.id
    JOIN sources ON sources.id = articles.source JOIN fingerprints USING (report)
WHERE {which} = ? ORDER BY place
"""
_COUNTRIES = """
SELECT mentions.country FROM placements CROSS JOIN mentions USING (report) WHERE {which} = :which AND
    mentions.kind='country' AND known_until IS NULL UNION
SELECT decisions.country FROM placements CROSS JOIN decisions USING (report) WHERE {which} = :which AND
    decisions.country<>'' AND known_until IS NULL ORDER BY 1
"""  # CROSS: from the story's reports on, no scan
Told = dict[str, Any]


class TellingStore(FactStore):
    """The part of the store that writes what stories say."""

    def _describe(self, story: int, now: str) -> None:
        """Title, lead and counts of a story, from the reports in it."""
        reports = self._all(_TOLD.format(which="story"), [story])
        if not reports:
            return
        names = origins(reports)
        self._write_story(story, {
            **_led(min(reports, key=worth)),
            "first_report": reports[0]["report"],
            "first_seen": min(each["first_seen"] for each in reports),
            "newest": max(each["at"] for each in reports),
            "origin": names[0],
            "reports": len(reports),
            "originals": len({each["original"] for each in reports}),
            "origins": len(set(names)),
            "names": json.dumps(sorted(set(names)), ensure_ascii=False),
            "languages": json.dumps(sorted({each["language"] for each in reports})),
            "countries": json.dumps(self._countries("story", story)),
            "changed_at": now,
        })  # fmt: skip

    def _tell_one_more(self, story: int, report: int, now: str) -> None:
        """The same after ``report`` has joined, from what the story said before and that report alone.

        Where a report can change to whom an original goes back that was there before, all are read.
        """
        (told,) = self._all("SELECT * FROM stories WHERE id=?", [story])
        mine, best = self._told_of(report), self._told_of(told["lead_report"])
        original = self._told_of(mine["original"]) if mine else None
        names = json.loads(told["names"])
        if not mine or not best or not original or len(names) != told["origins"] or _renames(mine, original):
            self._describe(story, now)
            return
        is_original = mine["original"] == report
        if is_original and bare(_goes_back(mine)) not in map(bare, names):
            names.append(_goes_back(mine))
        self._write_story(story, {
            **(_led(mine) if worth(mine) < worth(best) else {}),
            "first_seen": min(told["first_seen"], mine["first_seen"]),
            "newest": max(told["newest"], mine["at"]),
            "reports": told["reports"] + 1,
            "originals": told["originals"] + is_original,
            "origins": len(names),
            "names": json.dumps(sorted(names), ensure_ascii=False),
            "languages": _with(told["languages"], [mine["language"]]),
            "countries": _with(told["countries"], self._countries("report", report)),
            "changed_at": now,
        })  # fmt: skip

    def _write_story(self, story: int, row: rows.Row) -> None:
        changes = ", ".join(f"{name}=:{name}" for name in row)
        self._db.execute(f"UPDATE stories SET {changes} WHERE id=:id", {**row, "id": story})  # noqa: S608  # column names are ours

    def _told_of(self, report: int | None) -> Told | None:
        return self._one(_TOLD.format(which="placements.report"), [report])

    def _countries(self, which: str, number: int) -> list[str]:
        """The countries that a story's reports (or one report) name, and those where something was decided or done."""
        sql = _COUNTRIES.format(which=f"placements.{which}")
        return [row["country"] for row in self._all(sql, {"which": number})]


def _led(best: Told) -> rows.Row:
    """What a story takes from the report that speaks for it."""
    return {
        "title": best["title"], "lead": best["lead"], "lead_report": best["report"], "lead_start": best["lead_start"],
        "lead_end": best["lead_end"],
    }  # fmt: skip


def _renames(mine: Told, original: Told) -> bool:
    """Whether a copy or version may tell anew to whom its original goes back."""
    if mine["report"] == original["report"]:
        return False
    return bool(mine["origin"] and not original["origin"]) or mine["place"] < original["place"]


def _goes_back(report: Told) -> str:
    return str(report["origin"] or report["publisher"])


def _with(stored: str, more: list[str]) -> str:
    return json.dumps(sorted({*json.loads(stored), *more}))
