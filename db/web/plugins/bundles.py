"""A story or chosen reports in, a case bundle out: a ZIP file that can be checked without this site."""

import asyncio
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from db import bundle
from db.errors import BundleError
from db.web.host import DatasetteError, NotFound, Request, Response, hookimpl
from db.web.metadata import DATABASE
from db.web.sending import FileResponse
from db.web.site import Site

_MOST = 2**63 - 1
_PUBLIC = "Made from the public edition: texts may be excerpts, protected names are hidden, and there are no captures."
_NAMED = 4  # reports that the name of a file names


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The addresses of this file; they come before Datasette's."""
    return [(r"/story/(?P<id>[^/]+)/bundle\.zip$", of_story), (r"/bundle$", of_reports)]


async def of_story(request: Request, datasette: Site) -> Response:
    """The bundle of one story; the number of one that was merged leads to where it went."""
    told = _numbers([request.url_vars["id"]])
    if not told:
        raise NotFound("There is no story with this number; the list of stories shows what there is.")
    rows = (await datasette.database.execute("SELECT forward FROM stories WHERE id = ?", told)).rows
    if rows and rows[0]["forward"]:
        return Response.redirect(datasette.urls.path(f"/story/{rows[0]['forward']}/bundle.zip"))
    return await _made(datasette, request, f"story-{told[0]}", story=told[0])


async def of_reports(request: Request, datasette: Site) -> Response:
    """The bundle of the reports that are named, as often as there are reports: ``?report=1&report=2``."""
    asked = request.args.getlist("report")
    told = _numbers(asked)
    if len(told) != len(set(asked)):
        raise DatasetteError("A report is named by its number, as in /bundle?report=1&report=2.", status=400)
    named = "-".join(map(str, told)) if len(told) <= _NAMED else f"{len(told)}-chosen"
    return await _made(datasette, request, f"reports-{named}", reports=told)


async def _made(datasette: Site, request: Request, name: str, **wanted: Any) -> Response:
    await datasette.ensure_permissions(request.actor, [("view-database", DATABASE), "view-instance"])
    folder = tempfile.TemporaryDirectory(prefix="deserters-")
    path = Path(folder.name) / "case.zip"
    try:
        async with datasette.turns:
            packed = await asyncio.to_thread(_pack, datasette, path, wanted)
    except BundleError as error:
        folder.cleanup()
        status = 404 if str(error).startswith("there is no") else 400
        raise DatasetteError(f"{str(error)[:1].upper()}{str(error)[1:]}.", "No bundle", status=status) from error
    except BaseException:
        folder.cleanup()
        raise
    headers = {"x-deserters-manifest": packed.manifest_sha256}
    if packed.left_out:
        headers["x-deserters-cut"] = f"{packed.left_out} reports of the story are left out"
    return FileResponse(
        path, folder, name=f"deserters-{name}.zip", content_type="application/zip", headers=headers
    )  # fmt: skip


def _pack(datasette: Site, path: Path, wanted: dict[str, Any]) -> bundle.Packed:
    with closing(datasette.connection()) as connection:
        case = bundle.gather(connection, **wanted)
    archive, note = (None, _PUBLIC) if datasette.public else (datasette.archive, "")
    with path.open("wb") as target:
        return bundle.pack(case, archive, target, datetime.now(UTC), note)


def _numbers(told: list[str]) -> list[int]:
    """The numbers among what was typed, each once, in order."""
    return sorted({int(each) for each in told if each.isascii() and each.isdigit() and int(each) <= _MOST})
