"""A count that Datasette wants in, one that is found in time out: from tallies, else of all rows, else of the newest.

The tallies (``report_counts``) know how many reports each source has in each language, so that the table of reports and
its facets cost the same however many there are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.web.host import Database, QueryInterrupted

COUNT_MS = 250  # for the number of rows of a table's page
FACET_MS = (150, 250)  # for the values of one column: of all rows, and where that is not enough, of the newest
NEWEST = 2_000  # rows that are counted where all are too many
TALLIED = frozenset({"language", "source"})
_OVER_REPORTS = re.compile(r"^select .+ from (?:reports|articles) (?:where (?P<where>.+) )?$", re.DOTALL)
_ONE_VALUE = re.compile(r'"(?:language|source)" = :p\d+')
_COUNT = re.compile(r"^select count\(\*\) from .* $", re.DOTALL)  # as Datasette counts the rows of a table's page


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which ``most`` frequent values a ``column`` (quoted) has among the rows of ``sql``.

    ``numbered`` says that later rows have a higher ``id``.
    """

    column: str
    sql: str
    params: Any
    most: int
    numbered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Values and how often each occurs; of ``newest`` rows, where that is not 0, else of all."""

    rows: Sequence[Mapping[str, Any]]
    newest: int = 0


class Live(Database):  # type: ignore[misc]  # Datasette ships no types
    """The database, whose pages of tables do not wait long for the number of their rows."""

    async def execute(self, sql: str, params: Any = None, **how: Any) -> Any:
        """Run a query; a count of reports is read from the tallies, another that takes long is given up."""
        if _COUNT.match(sql):
            found = tallied(sql)
            if found:
                sql = f"select coalesce(sum(reports), 0) {found}"
            else:
                how.setdefault("custom_time_limit", COUNT_MS)
        return await super().execute(sql, params, **how)


def tallied(sql: str) -> str:
    """What ``sql`` asks of reports, as a question to the tallies from its FROM on; empty where they do not know."""
    found = _OVER_REPORTS.match(sql)
    if not found:
        return ""
    parts = found["where"].split(" and ") if found["where"] else []
    known = all(_ONE_VALUE.fullmatch(part) for part in parts)
    return f"from report_counts where {' and '.join(['reports > 0', *parts])}" if known else ""


async def values(database: Any, asked: Asked) -> Counted | None:
    """The values with their counts; ``None`` where even those of the newest rows take too long."""
    column, ending = asked.column, f"group by 1 order by count desc, value limit {asked.most}"
    found = tallied(asked.sql) if column in TALLIED else ""
    if found:
        sql = f"select {column} as value, sum(reports) as count {found} {ending}"
        return Counted(rows=(await database.execute(sql, asked.params)).rows)
    few = f"select {column} from ({asked.sql}) order by id desc limit {NEWEST}"  # noqa: S608  # Datasette's, values bound
    for rows, newest, limit in zip((asked.sql, few)[: 1 + asked.numbered], (0, NEWEST), FACET_MS, strict=False):
        sql = f"select {column} as value, count(*) as count from ({rows}) where {column} is not null {ending}"  # noqa: S608  # likewise
        try:
            counted = await database.execute(sql, asked.params, custom_time_limit=limit)
        except QueryInterrupted:
            continue
        return Counted(rows=counted.rows, newest=newest)
    return None
