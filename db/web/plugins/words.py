"""What templates and SQL of this site know beyond Datasette's own: filters, common values, the search's own words."""

import logging
import sqlite3
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment

from db.web import asking, faults, front, marking, names, pages
from db.web.host import Request, Response, hookimpl
from db.web.links import outside_link, web_address
from db.web.metadata import DATABASE
from db.web.site import Site

_LONGEST_VALUE = 50_000_000  # bytes of one value in SQL: zeroblob(900000000) must not take the memory of the machine
_log = logging.getLogger("deserters.web")


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """Filters that put values into words."""
    env.filters.update(
        moment=names.moment,
        day=names.day,
        language=names.language,
        country=names.country,
        direction=names.direction,
        date_origin=names.date_origin,
        kind=names.kind,
        channel=names.channel,
        place_role=names.place_role,
        role=names.role,
        role_group=names.role_group,
        outside_link=outside_link,
        web_address=web_address,
        excerpt=marking.excerpt,
        figure_type=names.figure_type,
        decision=names.decision,
        decider=names.decider,
        relation=names.relation,
        span=names.span,
    )


@hookimpl
async def extra_template_vars(template: str, table: str | None, request: Request | None, datasette: Site) -> Any:
    """Values for every page, and those of the front page and of the list of reports."""
    extra: dict[str, Any] = {
        "style_version": datasette.style_version,
        "data": DATABASE,
        "told": datasette.metadata("databases")[DATABASE],
        "today": datetime.now(UTC).isoformat(),
        "here_url": datasette.absolute_url(request, request.path) if request else "",
        "typed": (request.args.get("q") or request.args.get("_search") or "") if request else "",
    }
    if template == "index.html":
        extra["home"] = await pages.home(datasette.database)
        extra["front"] = await front.front(datasette.database)
    if table == "reports":
        extra["source_names"] = await pages.source_names(datasette.database)
        extra["question"] = asking.read(extra["typed"])
    return extra


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give Datasette's search our reading of what was typed, queries an excerpt, and one value a limit."""
    conn.create_function("escape_fts", 1, asking.fts_query, deterministic=True)
    conn.create_function("excerpt", 3, _excerpt, deterministic=True)
    conn.set_authorizer(_authorized)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)


def _authorized(action: int, table: str | None, *_: str | None) -> int:
    """Read every value of the table of protected names and places as NULL: no page and no query shows them."""
    hidden = action == sqlite3.SQLITE_READ and table == "protected_mentions"
    return sqlite3.SQLITE_IGNORE if hidden else sqlite3.SQLITE_OK


def _excerpt(text: str | None, language: str | None, typed: str | None) -> str:
    """The part of a text in which most of what was typed stands, with brackets around it."""
    pieces = marking.excerpt(text, asking.read(typed), language or "")
    return "".join(f"[{piece.text}]" if piece.role else piece.text for piece in pieces)


@hookimpl
def handle_exception(datasette: Site, request: Request, exception: Exception) -> Any:
    """A page that says what is wrong; a bug is logged, and its words stay in the log."""

    async def answer() -> Response:
        status, title, message = faults.told(exception)
        if status >= 500:
            _log.error("%s", request.path, exc_info=exception)
        if request.path.endswith(".json"):
            return Response.json({"ok": False, "error": message, "status": status, "title": title}, status=status)
        context = {"status": status, "title": title, "error": message}
        page = await datasette.render_template(["error.html"], context, request=request)
        return Response.html(page, status=status)

    return answer
