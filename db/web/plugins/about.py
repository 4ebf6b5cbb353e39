"""The address of the page on the site itself in, the page out."""

from datetime import UTC, datetime
from typing import Any

from db.web import about
from db.web.host import Request, Response, hookimpl
from db.web.site import Site


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The address of this file; it comes before Datasette's."""
    return [(r"/about$", page)]


async def page(request: Request, datasette: Site) -> Response:
    """What is watched, how it judges, how well, what it keeps to itself, and how to cite and take it."""
    context = {
        "about": await about.about(datasette.database),
        "quality": about.quality(),
        "measured": about.measured(),
        "today": datetime.now(UTC).isoformat(),
        "site": datasette.absolute_url(request, datasette.urls.instance()).rstrip("/"),
        "contact": datasette.contact,
        "public": datasette.public is not None,
        "has_sql": await datasette.permission_allowed(
            request.actor, "execute-sql", datasette.database.name, default=True
        ),
        "has_file": bool(datasette.setting("allow_download")),
    }
    return Response.html(await datasette.render_template("about.html", context, request=request))
