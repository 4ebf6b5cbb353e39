"""Addresses of the site's own pages in, answers out: report, capture, download, robots."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from db.publishing import BLOCK
from db.web import captures, facts, marking, names, pages, public, snapshot
from db.web.host import NotFound, Request, Response, hookimpl
from db.web.links import outside_link
from db.web.metadata import DATABASE
from db.web.site import Site

_NO_FILE = "This site does not give its database as one file; tables and questions can be taken along."
_NOT_FROM_AFAR = "The whole database can be downloaded only from a site that serves this machine alone."
_BIGGEST = 2**63 - 1
_NO_CAPTURES = "Captures of pages are not part of the public edition; the original is at the publisher."
_GONE = "There is no report with this number. It may never have existed; the list of reports shows what there is."


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The site's own addresses; they come before Datasette's."""
    return [
        (r"/report/(?P<id>[^/]+)$", report),
        (r"/capture/(?P<id>[^/]+)\.warc\.gz$", warc),
        (r"/capture/(?P<id>[^/]+)$", capture),
        (rf"/{DATABASE}/articles/(?P<id>\d+)$", article),
        (rf"/{DATABASE}\.db$", download),
        (r"/robots\.txt$", robots),
        (r"/-/databases(\.json)?$", databases),
    ]


async def report(request: Request, datasette: Site) -> Response:
    """One report, to be read."""
    found = await _report(request, datasette)
    reasons = marking.read_reasons(found.reasons)
    said = await pages.said(datasette.database, found.id)
    context = {
        "report": found,
        "said": said,
        "facts": facts,
        "headline": marking.headline(found.title, reasons),
        "paragraphs": marking.paragraphs(found.text, reasons, facts.marks(said)),
        "roles": marking.by_role(reasons),
        "original": outside_link(found.url),
        "shown": await public.shown(datasette.database, found, said, BLOCK) if datasette.public else None,
    }
    return await _page(datasette, request, "report.html", context)


async def capture(request: Request, datasette: Site) -> Response:
    """What the archive holds for one report; the captured page itself is never shown as a page."""
    found = await _report(request, datasette)
    checked = await asyncio.to_thread(captures.check, datasette.archive, found.place)
    context = {"report": found, "checked": checked, "agrees": checked.agrees(found.sha256)}
    return await _page(datasette, request, "capture.html", context)


async def warc(request: Request, datasette: Site) -> Response:
    """The capture's WARC record, as a file."""
    found = await _report(request, datasette)
    if datasette.public:
        raise NotFound(_NO_CAPTURES)
    checked = await asyncio.to_thread(captures.check, datasette.archive, found.place)
    if checked.trouble or found.place is None:
        raise NotFound(f"This capture cannot be given: {checked.trouble}.")
    body = await asyncio.to_thread(captures.record, datasette.archive, found.place)
    name = f"deserters-report-{found.id}.warc.gz"
    return Response(
        body, headers={"content-disposition": f'attachment; filename="{name}"'}, content_type="application/gzip"
    )


async def article(request: Request, datasette: Site) -> Response:
    """Datasette's row page of an article: its report page stands for it."""
    return Response.redirect(datasette.urls.path(f"/report/{request.url_vars['id']}"))


async def download(request: Request, datasette: Site, send: Any) -> None:
    """The whole database of this moment, where visitors may have it."""
    await datasette.ensure_permissions(request.actor, [("view-database-download", DATABASE)])
    if not datasette.setting("allow_download"):
        raise NotFound(_NO_FILE if datasette.public else _NOT_FROM_AFAR)
    with tempfile.TemporaryDirectory(prefix="deserters-") as folder:
        copy = datasette.file
        if not datasette.public:
            copy = await asyncio.to_thread(snapshot.copy, datasette.file, Path(folder))
        headers = [
            (b"content-type", b"application/vnd.sqlite3"),
            (b"content-disposition", b'attachment; filename="deserters.db"'),
            (b"content-length", str(copy.stat().st_size).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        with copy.open("rb") as stream:
            while chunk := await asyncio.to_thread(stream.read, 1 << 20):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def robots() -> Response:
    """No robot is asked in."""
    return Response.text("User-agent: *\nDisallow: /\n")


async def databases(datasette: Site) -> Response:
    """Datasette's list of databases, without the paths of the machine."""
    size = datasette.database.size
    live = datasette.public is None
    listed = [{"name": DATABASE, "route": DATABASE, "size": size, "is_mutable": live, "is_memory": False}]
    return Response(json.dumps(listed), content_type="application/json; charset=utf-8")


async def _report(request: Request, datasette: Site) -> pages.Report:
    number = request.url_vars["id"]
    found = None
    if number.isascii() and number.isdigit() and int(number) <= _BIGGEST:
        found = await pages.report(datasette.database, int(number))
    if found is None:
        raise NotFound(_GONE)
    return found


async def _page(datasette: Site, request: Request, template: str, context: dict[str, Any]) -> Response:
    return Response.html(await datasette.render_template(template, {**context, "names": names}, request=request))
