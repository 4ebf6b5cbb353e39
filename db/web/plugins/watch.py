"""The addresses of the watch in, their pages out: sources and how they are, and what was watched in a period."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from db.queries import silence as silences
from db.web import names, silence, watch
from db.web.host import Request, Response, hookimpl
from db.web.keeping import keeper
from db.web.site import Site


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The addresses of this file; they come before Datasette's."""
    return [(r"/sources$", sources), (r"/silence$", period)]


async def sources(request: Request, datasette: Site) -> Response:
    """Every source and how it is, those in trouble first; of a country, a health or a kind where one is asked for."""
    found = await watch.watch(datasette.database, datetime.now(UTC))
    asked = {name: request.args.get(name) or "" for name in ("country", "health", "kind")}
    chosen = [one for one in found.sources if _fits(one, asked)]
    context = {
        "watch": found,
        "chosen": chosen,
        "groups": watch.GROUPS,
        "asked": asked,
        "choices": {
            "country": sorted({one.country for one in found.sources}, key=names.country),
            "health": sorted({health for one in found.sources for health in one.healths}),
            "kind": sorted({one.kind for one in found.sources}),
        },
        "names": names,
    }
    return Response.html(await datasette.render_template("sources.html", context, request=request))


def _fits(one: watch.Watched, asked: dict[str, str]) -> bool:
    fits_health = not asked["health"] or asked["health"] in (*one.healths, one.group)
    return fits_health and asked["country"] in ("", one.country) and asked["kind"] in ("", one.kind)


async def period(request: Request, datasette: Site) -> Response:
    """What was watched from day to day, as it can be cited; a question that cannot be read is explained."""
    now = datetime.now(UTC)
    known = await asyncio.to_thread(silences.known_sources, datasette.file)
    typed = {name: (request.args.get(name) or "").strip() for name in ("from", "to", "language", "source")}
    asked = silence.read(typed, now.date(), known)
    found = None

    async def look() -> silences.Silence:
        span = (asked.since, asked.until)
        return await asyncio.to_thread(
            silences.look, datasette.file, span, known, language=asked.language, source=asked.source
        )

    if not asked.troubles:
        found = await keeper.get(datasette.database, ("silence", asked), look)
    context = {
        "asked": asked,
        "typed": typed,
        "found": found,
        "cited": silence.cited(found, asked, now) if found else "",
        "languages": sorted({code for one in known for code in one.languages}, key=names.language),
        "names": names,
    }
    return Response.html(await datasette.render_template("silence.html", context, request=request))
