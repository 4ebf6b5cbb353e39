"""Facts in, their rows written: anew where a report is read anew, closed and kept where its text changed."""

from db import rows
from db.model import Analysis, Facts
from db.rows.facts import TABLES, Known, fact_rows
from db.store.ledger import Ledger

PROPOSED = ("figures", "decisions")  # tables that a model may add to
_SERIES = ("type", "territory", "organisation", "unit", "per")  # what is one throughout a series

_UNQUOTED = (
    "UPDATE {table} SET known_until=? WHERE report=? AND known_until IS NULL AND quote IS NOT "
    '(SELECT substr(text, start + 1, "end" - start) FROM texts WHERE id=report)'
)


class FactStore(Ledger):
    """The part of the store that holds what reports say."""

    def _keep_facts(self, report: int, analysis: Analysis) -> None:
        """Write the facts of a report whose text has just been written; those found in the same text before go."""
        known = Known(report=report, since=rows.stamp(analysis.capture.fetched_at))
        for table in TABLES:
            mine = " AND found_by='rules'" if table in PROPOSED else ""
            self._db.execute(f"DELETE FROM {table} WHERE report=? AND known_until IS NULL{mine}", [report])  # noqa: S608  # names are ours
        for table in PROPOSED:  # what a model has quoted from a text that is read otherwise now
            self._db.execute(_UNQUOTED.format(table=table), [known.since, report])
        self._insert_facts(analysis.facts, known)

    def propose(self, report: int, facts: Facts) -> int:
        """Keep what a model proposed of a report, but for what rules have found in the same words; how much is new."""
        with self._transaction():
            since = next(self._db.query("SELECT fetched_at FROM articles WHERE id=?", [report]))["fetched_at"]
            known = Known(report=report, since=since)
            new = [each for each in fact_rows(facts, known) if not self._is_found(*each)]
            for table, row in new:
                self._insert_fact(table, {**row, "found_by": "model"})
            self._add("proposals", {"report": report, "kept": len(new)}, "report")
        return len(new)

    def _is_found(self, table: str, row: rows.Row) -> bool:
        kind = "type" if table == "figures" else "kind"
        sql = (
            f"SELECT EXISTS(SELECT 1 FROM {table} WHERE report=:report AND {kind}=:{kind} "  # noqa: S608  # names are ours
            'AND start < :end AND "end" > :start AND known_until IS NULL)'
        )
        return bool(self._db.execute(sql, row).fetchone()[0])

    def _insert_facts(self, facts: Facts, known: Known) -> None:
        for table, row in fact_rows(facts, known):
            self._insert_fact(table, row)

    def _insert_fact(self, table: str, row: rows.Row) -> None:
        series: rows.Row = {"series": self._series(row)} if table == "figures" else {}
        self._insert(table, {**row, **series})

    def _series(self, row: rows.Row) -> int:
        """The number of the series that a figure is a point of: all that its key names are alike in them."""
        key: rows.Row = {name: row[name] for name in _SERIES}
        self._add("series", key, ", ".join(_SERIES))
        sql = f"SELECT id FROM series WHERE {' AND '.join(f'{name}=:{name}' for name in _SERIES)}"  # noqa: S608  # names are ours
        return int(self._db.conn.execute(sql, key).fetchone()[0])
