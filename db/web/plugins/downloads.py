"""Tables, views and queries in, files of all their rows out: CSV, JSON, NDJSON, spreadsheet; each says if it is cut."""

import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment

from db.web import downloads, glossary
from db.web.host import DatabaseView, DatasetteError, Request, Response, TableView, hookimpl, json_renderer
from db.web.metadata import DATABASE
from db.web.sending import FileResponse
from db.web.site import Site
from db.web.tabular import KINDS, About

_ASKED = "deserters_download"  # where a request carries what was asked for
_WHOLE = "_nocount=1&_nofacet=1&_size=0"  # of the page that Datasette makes on the way, nothing is needed
_CUT = "x-deserters-cut"


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    """NDJSON and the spreadsheet; and Datasette's JSON, which says in a header where it is a page of more."""
    return [
        {"extension": "ndjson", "render": rows, "can_render": lambda: True},
        {"extension": "xlsx", "render": rows, "can_render": lambda: True},
        {"extension": "json", "render": page, "can_render": lambda: True},
    ]


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The addresses of whole files; they come before Datasette's."""
    return [
        (rf"/{DATABASE}/(?P<table>[^/.]+)\.(?P<kind>csv|ndjson|xlsx)$", whole),
        (rf"/{DATABASE}\.(?P<kind>csv|ndjson|xlsx)$", whole),
    ]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """``path|download_links``: every way to take along the rows at a path."""
    env.filters["download_links"] = downloads.links


@hookimpl
def extra_template_vars(template: str, request: Request | None) -> dict[str, str]:
    """``rows_path``: of a table or query, the address of its rows."""
    if template not in ("table.html", "query.html") or request is None:
        return {}
    return {"rows_path": request.path + (f"?{request.query_string}" if request.query_string else "")}


async def whole(request: Request, datasette: Site) -> Response:
    """All rows of a table, view or query; Datasette reads the address, checks the right to see it, gives the SQL."""
    told = request.url_vars
    if "table" not in told and not request.args.get("sql"):
        raise DatasetteError("Name a table, as in /deserters/reports.csv, or ask with ?sql=.", status=400)
    kept = "&".join(part for part in request.query_string.split("&") if part and not part.startswith("_size="))
    kwargs = {"database": DATABASE, "format": "ndjson", **({"table": told["table"]} if "table" in told else {})}
    scope = {
        **request.scope,
        "query_string": f"{kept}&{_WHOLE}".lstrip("&").encode(),
        "url_route": {"kwargs": kwargs},
        _ASKED: request,
    }
    view = (TableView if "table" in told else DatabaseView)(datasette)
    return await view.dispatch_request(Request(scope, request.receive))


async def page(request: Request, datasette: Site, data: dict[str, Any], view_name: str) -> Response:
    """Datasette's JSON of one page, or with ``_stream`` all rows as one JSON object."""
    if request.args.get("_stream"):
        return await rows(request, datasette, data)
    told = "this is one page; the next one stands in the header Link and in next_url" if data.get("next") else ""
    if data.get("truncated"):
        told = f"only the first {len(data['rows']):,} rows; add _stream=on for more"
    answer = json_renderer(request.args, data, view_name)
    if told:
        answer.headers[_CUT] = told
    return answer


async def rows(request: Request, datasette: Site, data: dict[str, Any]) -> Response:
    """A file of all rows of what Datasette has read a page of."""
    asked = request.scope.get(_ASKED) or request
    kind = asked.url_vars.get("kind") or asked.url_vars["format"]
    if data.get("error"):
        raise DatasetteError(data["error"], title="The database did not understand this", status=400)
    query, name = _query(asked, data), data.get("table") or data.get("query_name") or "query"
    maker = downloads.Maker(connect=datasette.connection, labels=_labels(datasette, data), limits=datasette.limits)
    folder = tempfile.TemporaryDirectory(prefix="deserters-")
    try:
        async with datasette.turns:
            path = Path(folder.name) / f"rows.{kind}"
            ending = await maker.make(query, path, kind, _about(asked, datasette, data, query))
    except sqlite3.OperationalError as error:
        folder.cleanup()
        told = "The query took longer than this site allows." if str(error) == "interrupted" else str(error)
        raise DatasetteError(told, title="These rows cannot be read", status=400) from error
    except BaseException:
        folder.cleanup()
        raise
    headers = {"x-deserters-rows": str(ending.rows), **({_CUT: ending.cut} if ending.cut else {})}
    called = downloads.filename(name, kind, ending)
    return FileResponse(path, folder, name=called, content_type=KINDS[kind].media_type, headers=headers)


def _query(asked: Request, data: dict[str, Any]) -> downloads.Query:
    size = asked.args.get("_size") or ""
    told = data.get("query") or {}
    columns = tuple(data["columns"])
    if "primary_key_values" in data:  # the page of one row, which is read already
        marks = ", ".join(f":p{at}" for at in range(len(columns)))
        values = {f"p{at}": value for at, value in enumerate(data["rows"][0])}
        return downloads.Query(sql=f"SELECT {marks}", values=values, columns=columns)
    return downloads.Query(
        sql=downloads.unlimited(told["sql"]) if data.get("table") else told["sql"],
        values=told["params"],
        columns=columns,
        labelled=tuple(data.get("expanded_columns") or ()),
        wanted=int(size) if size.isascii() and size.isdigit() and len(size) < 10 else None,
    )


def _labels(datasette: Site, data: dict[str, Any]) -> downloads.Labels:
    async def labels(column: str, values: Any) -> Any:
        return await datasette.expand_foreign_keys(DATABASE, data["table"], column, values)

    return labels


def _about(asked: Request, datasette: Site, data: dict[str, Any], query: downloads.Query) -> About:
    told = datasette.metadata("databases")[DATABASE]
    table, name = data.get("table") or "", data.get("query_name") or ""
    mine = (told["tables"].get(table) or told["queries"].get(name) or {}) if table or name else {}
    if table:
        meanings = glossary.of_table(told, table, query.columns)
    else:
        meanings = glossary.of_query(told, query.sql, query.columns, mine.get("columns") or {})
    return About(
        title=" ".join(f"{mine.get('title') or 'A query of your own'}. {mine.get('description') or query.sql}".split()),
        address=datasette.absolute_url(asked, asked.path + (f"?{asked.query_string}" if asked.query_string else "")),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        terms=" ".join(str(datasette.metadata("license") or "").split()),
        columns=meanings,
    )
