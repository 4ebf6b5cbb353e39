"""The front page's address in, the page out; Datasette's own would look at every table first, which is not shown."""

from typing import Any

from db.web.host import Request, Response, hookimpl
from db.web.site import Site


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The address of this file; its JSON stays Datasette's list of tables."""
    return [(r"/$", home)]


async def home(request: Request, datasette: Site) -> Response:
    """What is new, at a glance."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    same = datasette.absolute_url(request, datasette.urls.path("/.json"))
    context = {"metadata": datasette.metadata(), "alternate_url_json": same}
    page = await datasette.render_template("index.html", context, request=request, view_name="index")
    return Response.html(page, headers={"Link": f'{same}; rel="alternate"; type="application/json+datasette"'})
