"""The facets of a table's page in, their values with counts out; what is counted of the newest rows only says so."""

from typing import Any

from db.web import counting
from db.web.host import (
    ArrayFacet,
    ColumnFacet,
    DateFacet,
    escape_sqlite,
    hookimpl,
    path_with_added_args,
    path_with_removed_args,
)


@hookimpl
def register_facet_classes() -> list[type[Any]]:
    """Ours in place of Datasette's for columns, and Datasette's own for days and lists."""
    return [Facet, DateFacet, ArrayFacet]


class Facet(ColumnFacet):  # type: ignore[misc]  # Datasette ships no types
    """The values of a column, the most frequent first; where all are too many to count, those of the newest rows."""

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """The facets, and the names of those that took too long."""
        found, late = [], []
        for told in self.get_configs():
            column = told["config"].get("column") or told["config"]["simple"]
            counted = await counting.values(self.ds.get_database(self.database), self._asked(column))
            if counted is None:
                late.append(column)
            else:
                found.append(await self._facet(column, counted, hideable=told["source"] != "metadata"))
        return found, late

    def _asked(self, column: str) -> counting.Asked:
        return counting.Asked(
            column=escape_sqlite(column), sql=self.sql, params=self.params, most=self.get_facet_size() + 1,
            numbered=(self.metadata or {}).get("sort_desc") == "id",
        )  # fmt: skip

    async def _facet(self, column: str, counted: counting.Counted, *, hideable: bool) -> dict[str, Any]:
        size = self.get_facet_size()
        rows = counted.rows[:size]
        labels = {}
        if self.table:
            values = [row["value"] for row in rows]
            labels = await self.ds.expand_foreign_keys(self.database, self.table, column, values)
        return {
            "name": column,
            "type": self.type,
            "hideable": hideable,
            "toggle_url": self.ds.urls.path(path_with_removed_args(self.request, {"_facet": column})),
            "results": [self._choice(column, row, labels) for row in rows],
            "truncated": len(counted.rows) > size,
            **({"newest": counted.newest} if counted.newest else {}),
        }

    def _choice(self, column: str, row: Any, labels: dict[Any, Any]) -> dict[str, Any]:
        value = row["value"]
        name = f"{column}__exact" if column.startswith("_") else column
        selected = (name, str(value)) in self.get_querystring_pairs()
        path = (
            path_with_removed_args(self.request, {name: str(value)})
            if selected
            else path_with_added_args(self.request, {name: value})
        )
        return {
            "value": value,
            "label": labels.get((column, value), value),
            "count": row["count"],
            "toggle_url": self.ds.absolute_url(self.request, self.ds.urls.path(path)),
            "selected": selected,
        }
