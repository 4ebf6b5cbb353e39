"""A report in, those near it among the stored ones out: found by the keys that they share, with what they are read as.

What a placer reads of a fingerprint is remembered, since the reports of some weeks are neighbours of many.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from db.model import Fingerprint, Neighbour, Placer
from db.rows.stories import unpacked
from db.store.memory import Memory
from db.store.telling import TellingStore

_DAYS = 30
_EACH = 24  # neighbours looked up under one key, on either side of the day
_MOST = 80  # neighbours compared
_PLACED = (
    'SELECT report, parent, likeness, fixed, story, "order" FROM placements '
    "WHERE report IN (SELECT value FROM json_each(?))"
)
_PRINTS = "SELECT report, fingerprint FROM fingerprints WHERE report IN (SELECT value FROM json_each(?))"
_STEP = 16  # keys are asked by so many, so that there are few statements to make ready
_UNDER = f"""SELECT * FROM (SELECT report FROM story_keys WHERE key=?{{key}} AND day BETWEEN ?2 - {_DAYS} AND ?2
ORDER BY day DESC, report DESC LIMIT {_EACH}) UNION ALL SELECT * FROM (SELECT report FROM story_keys
WHERE key=?{{key}} AND day BETWEEN ?2 + 1 AND ?2 + {_DAYS} ORDER BY day, report LIMIT {_EACH})"""  # noqa: S608  # numbers


class NeighbourStore(TellingStore):
    """The part of the store that finds the neighbours of a report."""

    _memory: Memory

    def _undone(self) -> None:
        self._memory.forget()

    def _index(self, report: int, day: int, keys: Sequence[str]) -> None:
        self._db.execute("DELETE FROM story_keys WHERE report=?", [report])
        sql = "INSERT INTO story_keys (key, day, report) VALUES (?, ?, ?)"
        self._db.conn.executemany(sql, [(each, day, report) for each in keys])

    def _near(self, mine: Neighbour, keys: Sequence[str], placer: Placer) -> list[Neighbour]:
        """The reports that share most keys with ``mine`` within the days that count; a bounded number of look-ups."""
        places = -(-len(keys) // _STEP) * _STEP
        told = [mine.report, mine.day, *keys, *[None] * (places - len(keys))]
        best = [row[0] for row in self._db.conn.execute(_voters(places), told)]
        return self._neighbours({*best, *self._children(mine.report)}, placer)

    def _children(self, report: int) -> list[int]:
        sql = "SELECT report FROM placements WHERE parent=?"
        return [row[0] for row in self._db.conn.execute(sql, [report])]

    def _neighbours(self, reports: Iterable[int], placer: Placer) -> list[Neighbour]:
        """Those of ``reports`` that have a place, with their traits."""
        placed = self._db.conn.execute(_PLACED, [json.dumps(list(reports))]).fetchall()
        known = {row[0]: self._memory.get(row[0], placer) for row in placed}
        missing = json.dumps([report for report, found in known.items() if found is None])
        for report, text in self._db.conn.execute(_PRINTS, [missing]).fetchall():
            known[report] = self._remember(report, unpacked(text), placer)
        return [_neighbour(row, found) for row in placed if (found := known[row[0]])]

    def _neighbour(self, report: int, fingerprint: Fingerprint, placer: Placer) -> Neighbour:
        """A report that has a place, and whose fingerprint has just been read or written."""
        (row,) = self._db.conn.execute(_PLACED, [json.dumps([report])])
        return _neighbour(row, self._remember(report, fingerprint, placer))

    def _remember(self, report: int, fingerprint: Fingerprint, placer: Placer) -> tuple[int, Any]:
        self._memory.get(report, placer)
        found = (fingerprint.day, placer.read(fingerprint))
        self._memory.keep(report, *found)
        return found


@cache
def _voters(count: int) -> str:
    """The SQL that finds the reports that share most of ``count`` keys; one statement, since it is asked so often."""
    under = " UNION ALL ".join(_UNDER.format(key=at + 3) for at in range(count)) or "SELECT 0 AS report WHERE 0"
    return (
        f"SELECT report FROM ({under}) WHERE report <> ?1 GROUP BY report ORDER BY count(*) DESC, report LIMIT {_MOST}"  # noqa: S608  # numbers
    )


def _neighbour(row: tuple[Any, ...], found: tuple[int, Any]) -> Neighbour:
    report, parent, likeness, fixed, story, place = row
    day, traits = found
    return Neighbour(
        report=report, order=(day, place), traits=traits, parent=parent or 0, likeness=likeness, fixed=bool(fixed),
        story=story,
    )  # fmt: skip
