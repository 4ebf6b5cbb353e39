"""The addresses of stories in, their pages out: the list, and one story with its reports, figures and decisions."""

from typing import Any

from db.web import names, stories
from db.web.host import NotFound, Request, Response, hookimpl
from db.web.site import Site

_GONE = "There is no story with this number; the list of stories shows what there is."
_MOST = 2**63 - 1


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The addresses of this file; they come before Datasette's."""
    return [(r"/stories$", listed), (r"/story/(?P<id>[^/]+)$", story)]


async def listed(request: Request, datasette: Site) -> Response:
    """Stories, those with the newest reports first; ``before`` (time and number of the last one shown) leads on."""
    told = (request.args.get("before") or "").rpartition(",")
    before = (told[0], int(told[2])) if told[0] and _is_number(told[2]) else None
    found = await stories.newest(datasette.database, count=stories.LISTED + 1, before=before)
    last = found[stories.LISTED - 1] if len(found) > stories.LISTED else None
    context = {
        "stories": found[: stories.LISTED],
        "next": f"{last.newest},{last.id}" if last else "",
        "first": not before,
    }
    return Response.html(await datasette.render_template("stories.html", {**context, "names": names}, request=request))


async def story(request: Request, datasette: Site) -> Response:
    """One story; the number of one that was merged leads to where it went."""
    number = request.url_vars["id"]
    found = await stories.story(datasette.database, int(number)) if _is_number(number) else None
    if found is None:
        raise NotFound(_GONE)
    if found.forward:
        return Response.redirect(datasette.urls.path(f"/story/{found.forward}"))
    context = {"story": found, "names": names, "most_decisions": stories.MOST_DECISIONS}
    return Response.html(await datasette.render_template("story.html", context, request=request))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= _MOST
