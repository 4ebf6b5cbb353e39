"""The address of the figures in, their page out: one type at a time, since types never share an axis."""

from typing import Any

from db.web import names, series
from db.web.host import NotFound, Request, Response, hookimpl
from db.web.site import Site


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The address of this file; it comes before Datasette's."""
    return [(r"/figures$", figures)]


async def figures(request: Request, datasette: Site) -> Response:
    """Figures of the type that is asked for, of a territory and a speaker or of all; of the fullest type else."""
    types = await series.types(datasette.database)
    type_ = request.args.get("type") or next(iter(types), "")
    if type_ and type_ not in types:
        raise NotFound("There are no figures of this type; the list of types shows what there is.")
    choice = series.Choice(
        type=type_, territory=request.args.get("territory"), organisation=request.args.get("organisation") or None
    )
    context = {
        "types": types,
        "type": type_,
        "territory": choice.territory,
        "organisation": choice.organisation,
        "speakers": await series.speakers(datasette.database, choice) if type_ else [],
        "plots": await series.plots(datasette.database, choice) if type_ else (),
        "names": names,
        "frame": series,
    }
    return Response.html(await datasette.render_template("figures.html", context, request=request))
