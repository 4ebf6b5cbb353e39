"""The addresses of reviews in, their pages out; and what signed-in people send, kept in the file of reviews."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from db.errors import ReviewError
from db.model.reviews import Act, Opinion
from db.reviews import reading
from db.web import acts, captures, desks, names, posting, reviews
from db.web.host import DatasetteError, NotFound, Request, Response, hookimpl
from db.web.posting import Form
from db.web.site import Site

View = Callable[[Request, Site], Awaitable[Response]]
_NO_ITEM = "There is no such item in the queue; it may have been drawn anew."
_log = logging.getLogger("deserters.web")


@hookimpl
def register_routes(datasette: Site) -> list[tuple[str, Any]]:
    """The addresses of this file; they come before Datasette's. A public edition has none of them."""
    if datasette.public:
        return []
    return [
        (r"/review$", _for_people(queue)),
        (r"/review/list$", _for_people(listed)),
        (r"/review/(?P<id>\d{1,18})$", _for_people(item)),
        (r"/review/(?P<id>\d{1,18})\.warc\.gz$", _for_people(record)),
        (rf"/review/(?P<act>{'|'.join(acts.ACTS)})$", act),
        (r"/starred$", _for_people(starred)),
        (r"/tagged$", _for_people(tags)),
        (r"/tagged/(?P<tag>[^/]+)$", _for_people(tagged)),
    ]


@hookimpl
async def extra_template_vars(template: str, request: Request | None, datasette: Site) -> dict[str, Any]:
    """What people left at the report or story that is shown, for the part of its page where they work."""
    if request is None or datasette.public or template not in {"report.html", "story.html"}:
        return {}
    number, seen = int(request.url_vars["id"]), desks.of_report if template == "report.html" else desks.of_story
    try:
        desk = await seen(datasette.database, datasette.reviews, number, _who(request))
    except ReviewError:  # a broken file of reviews takes no report from its readers
        _log.exception("%s", request.path)
        desk = None
    return {"desk": desk, "opinions": list(Opinion)}


async def queue(request: Request, datasette: Site) -> Response:
    """The next page that waits for an answer; those up to the position ``after`` are passed over."""
    found = await reviews.sample(datasette.reviews)
    after = request.args.get("after") or ""
    told = reviews.following(found, int(after) if after.isascii() and after.isdigit() else 0)
    shown = await reviews.shown(datasette.database, datasette.archive, told) if told else None
    context = {"progress": reviews.progress(found), "shown": shown, "skipped": bool(after), "next": True}
    return await _page(datasette, request, "review.html", context)


async def item(request: Request, datasette: Site) -> Response:
    """One page of the last draw, answered or not."""
    found, told = await _item(request, datasette)
    shown = await reviews.shown(datasette.database, datasette.archive, told)
    context = {"progress": reviews.progress(found), "shown": shown, "skipped": False, "next": False}
    return await _page(datasette, request, "review.html", context)


async def listed(request: Request, datasette: Site) -> Response:
    """The pages of the last draw, or one sort of them."""
    found = await reviews.sample(datasette.reviews)
    show, first = request.args.get("show") or "", Form({"from": request.args.get("from") or ""}).number("from")
    items = reviews.chosen(found, show)
    context = {
        "progress": reviews.progress(found), "show": show, "count": len(items), "first": first,
        "items": await reviews.listed(datasette.database, items[first : first + reviews.LISTED]),
        "following": first + reviews.LISTED if len(items) > first + reviews.LISTED else 0,
    }  # fmt: skip
    return await _page(datasette, request, "review_list.html", context)


async def record(request: Request, datasette: Site) -> Response:
    """The WARC record of the page of an item, as a file."""
    _, told = await _item(request, datasette)
    place = reviews.place_of((await reviews.listed(datasette.database, [told]))[0].page)
    checked = await asyncio.to_thread(captures.check, datasette.archive, place)
    if checked.trouble or place is None:
        raise NotFound(f"This capture cannot be given: {checked.trouble}.")
    body = await asyncio.to_thread(captures.record, datasette.archive, place)
    headers = {"content-disposition": f'attachment; filename="deserters-review-{told.id}.warc.gz"'}
    return Response(body, headers=headers, content_type="application/gzip")


async def starred(request: Request, datasette: Site) -> Response:
    """What whoever asks has starred."""
    rows = await asyncio.to_thread(reading.starred, datasette.reviews, _who(request))
    return await _marked(request, datasette, rows, title="Starred", lead="What you have starred, the latest first.")


async def tags(request: Request, datasette: Site) -> Response:
    """All tags."""
    found = await asyncio.to_thread(reading.tags, datasette.reviews)
    return await _page(datasette, request, "tags.html", {"tags": found})


async def tagged(request: Request, datasette: Site) -> Response:
    """What carries one tag."""
    tag = unquote(request.url_vars["tag"])
    rows = await asyncio.to_thread(reading.tagged, datasette.reviews, tag)
    return await _marked(request, datasette, rows, title=f"Tagged “{tag}”", lead="The latest first.")


async def act(request: Request, datasette: Site) -> Response:
    """Keep what a signed-in person sent, and lead back to where it was sent from."""
    if request.method != "POST":
        raise NotFound("This address only takes forms.")
    form = await posting.form(request)
    who = _who(request)
    if not who:
        raise DatasetteError("Sign in first; nothing was kept.", status=403, title="For signed-in people only")
    done = Act(who=who, at=datetime.now(UTC))
    to = await acts.do(request.url_vars["act"], datasette, form, done)
    return Response.redirect(datasette.urls.path(to), status=303)


# -- pieces


def _who(request: Request) -> str:
    return str((request.actor or {}).get("id", ""))


def _for_people(view: View) -> View:
    """The view for whoever has signed in; whoever has not is led there and back."""

    async def asked(request: Request, datasette: Site) -> Response:
        if _who(request):
            return await view(request, datasette)
        return Response.redirect(f"{datasette.urls.path('/-/login')}?next={quote(request.full_path, safe='/')}")

    return asked


async def _item(request: Request, datasette: Site) -> tuple[reading.Sample, reading.Answered]:
    found = await reviews.sample(datasette.reviews)
    number = int(request.url_vars["id"])
    told = next((each for each in found.items if each.id == number), None)
    if told is None:
        raise NotFound(_NO_ITEM)
    return found, told


async def _marked(request: Request, datasette: Site, rows: reading.Rows, **told: str) -> Response:
    context = {**told, "rows": await desks.titled(datasette.database, rows)}
    return await _page(datasette, request, "starred.html", context)


async def _page(datasette: Site, request: Request, template: str, context: dict[str, Any]) -> Response:
    more = {"names": names, "opinions": list(Opinion), "who": _who(request)}
    return Response.html(await datasette.render_template(template, {**context, **more}, request=request))
