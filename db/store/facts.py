"""Facts in, their rows written: anew where a report is read anew, closed and kept where its text changed."""

from db import rows
from db.model import Analysis, Facts
from db.rows.facts import TABLES, Known, fact_rows
from db.store.ledger import Ledger


class FactStore(Ledger):
    """The part of the store that holds what reports say."""

    def _keep_facts(self, report: int, analysis: Analysis) -> None:
        """Write the facts of a report whose text has just been written; those found in the same text before go."""
        known = Known(report=report, since=rows.stamp(analysis.capture.fetched_at))
        for table in TABLES:
            self._db.execute(f"DELETE FROM {table} WHERE report=? AND known_until IS NULL", [report])  # noqa: S608  # names are ours
        self._insert_facts(analysis.facts, known)

    def _insert_facts(self, facts: Facts, known: Known) -> None:
        for table, row in fact_rows(facts, known):
            series: rows.Row = {"series": self._series(row)} if table == "figures" else {}
            self._insert(table, {**row, **series})

    def _series(self, row: rows.Row) -> int:
        """The number of the series that a figure is a point of: those of one type, territory and organisation."""
        key: rows.Row = {name: row[name] for name in ("type", "territory", "organisation")}
        self._add("series", key, "type, territory, organisation")
        sql = "SELECT id FROM series WHERE type=:type AND territory=:territory AND organisation=:organisation"
        return int(next(self._db.query(sql, key))["id"])
