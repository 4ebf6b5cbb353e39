"""The address of a search in, its page and its feeds out."""

import hashlib
from typing import Any

from db.web import feeds, search
from db.web.host import Request, Response, hookimpl
from db.web.site import Site

_MOST = 2**62


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The addresses of this file; they come before Datasette's."""
    return [(r"/search$", page), (r"/search\.(?P<kind>atom|json)$", feed)]


async def page(request: Request, datasette: Site) -> Response:
    """What a search finds; of nothing, the newest reports."""
    typed = request.args.get("q") or ""
    sort = request.args.get("sort") or search.SORTS[0]
    told = request.args.get("after") or ""
    after = int(told) if told.isascii() and told.isdigit() and int(told) < _MOST else 0
    found = await search.search(datasette.database, typed, sort if sort in search.SORTS else search.SORTS[0], after)
    context = {
        "found": found,
        "address": search.address,
        "counted": search.COUNTED,
    }
    return Response.html(await datasette.render_template("search.html", context, request=request))


async def feed(request: Request, datasette: Site) -> Response:
    """The newest reports that a search finds, for feed readers; they are told where nothing is new."""
    typed, kind = request.args.get("q") or "", request.url_vars["kind"]
    reports = await search.newest(datasette.database, typed, feeds.ENTRIES)
    query = search.address(typed)

    def absolute(path: str) -> str:
        return str(datasette.absolute_url(request, datasette.urls.path(path)))

    told = feeds.Feed(
        title=f"Deserters: {typed}" if typed.strip() else "Deserters: all reports",
        self_url=absolute(f"/search.{kind}") + (f"?{query}" if query else ""),
        page_url=absolute("/search") + (f"?{query}" if query else ""),
        report_url=absolute("/report/"),
    )
    body = (feeds.atom if kind == "atom" else feeds.json_feed)(told, reports)
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if tag in (request.headers.get("if-none-match") or ""):
        return Response("", status=304, headers=headers)
    content_type = feeds.ATOM_TYPE if kind == "atom" else feeds.JSON_TYPE
    return Response(body, headers=headers, content_type=content_type)
