"""A page of a table or of a query in; what its columns mean and what it may be asked with out, for its template."""

from collections.abc import Sequence
from typing import Any

from db.web import glossary, questions
from db.web.host import Request, hookimpl
from db.web.metadata import DATABASE
from db.web.site import Site


@hookimpl
async def extra_template_vars(
    template: str, table: str | None, columns: Sequence[str] | None, request: Request | None, datasette: Site
) -> dict[str, Any]:
    """``meanings`` by column on tables, rows and queries; ``question`` and ``fields`` on ready-made questions."""
    told = datasette.metadata("databases")[DATABASE]
    if template in ("table.html", "row.html"):
        return {"meanings": glossary.of_table(told, table or "", columns or ())}
    if template != "query.html" or request is None:
        return {}
    name = request.url_vars.get("table", "")
    question = told["queries"].get(name) or {}
    sql = question.get("sql") or request.args.get("sql") or ""
    values = {key: request.args.get(key) or "" for key in request.args}
    return {
        "meanings": glossary.of_query(told, sql, columns or (), question.get("columns") or {}),
        "fields": await questions.fields(datasette.database, question, values),
    }
