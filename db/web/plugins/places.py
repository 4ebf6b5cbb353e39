"""The address of places in, their page out: all countries on a map and in a table, or one country."""

import re
from typing import Any

from db.web import country, names, places
from db.web.host import NotFound, Request, Response, hookimpl
from db.web.site import Site

_YEAR = re.compile(r"[12]\d{3}")
_NO_YEAR = "A year is written with four digits, such as 2026; the page of places lists the years that have reports."
_NO_COUNTRY = "No country has this code; the page of places lists those that reports name, as fi for Finland."
_NO_KIND = "There is no such kind of decision; the page of the country lists those that reports tell."


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The address of this file; it comes before Datasette's."""
    return [(r"/places$", listed)]


async def listed(request: Request, datasette: Site) -> Response:
    """All countries, or the one that is asked for; of all time, or of a year."""
    year = request.args.get("year") or ""
    if year and not _YEAR.fullmatch(year):
        raise NotFound(_NO_YEAR)
    context = {"year": year, "years": await places.years(datasette.database), "names": names}
    code = (request.args.get("country") or "").lower()
    if code:
        return await _country(request, datasette, code, context)
    sort = request.args.get("sort") or ""
    sort = sort if sort in places.SORTS else "reports"
    found = await places.places(datasette.database, year, sort)
    context |= {"places": found, "sort": sort, "columns": places.COLUMNS}
    return Response.html(await datasette.render_template("places.html", context, request=request))


async def _country(request: Request, datasette: Site, code: str, context: dict[str, Any]) -> Response:
    if not await country.is_known(datasette.database, code):
        raise NotFound(_NO_COUNTRY)
    kind = request.args.get("kind") or ""
    if kind and kind not in names.load().decisions:
        raise NotFound(_NO_KIND)
    day, _, number = (request.args.get("before") or "").rpartition(",")
    before = (day, int(number)) if day and number.isascii() and number.isdigit() and len(number) < 19 else None
    found = await country.country(datasette.database, code, context["year"], kind, before)
    context |= {
        "country": found,
        "kind": kind,
        "first": before is None,
        "frame": country,
        "main": list(places.COLUMNS.values()),
    }
    return Response.html(await datasette.render_template("country.html", context, request=request))
