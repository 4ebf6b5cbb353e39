"""What signed-in people send in, kept in the file of reviews; the address at which they go on out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from db.errors import ReviewError
from db.model.reviews import Act, Opinion, Ruling, Subject
from db.queries import reviewing
from db.reviews import Reviews
from db.web import desks
from db.web.host import DatasetteError, NotFound
from db.web.posting import Form
from db.web.site import Site

_GONE = "There is no such report or story, or not any more."


async def do(name: str, site: Site, form: Form, done: Act) -> str:
    """Keep one act, one of ``ACTS``.

    Raises:
        DatasetteError: it cannot be kept as it was sent; the text says why.
        NotFound: what it is about is not there.
    """
    return await ACTS[name](site, form, done)


async def _star(site: Site, form: Form, done: Act) -> str:
    subject = await _subject(site, form)
    await _write(site.reviews, lambda file: file.star(done, subject, on=form.get("on") == "1"))
    return _desk(subject)


async def _tag(site: Site, form: Form, done: Act) -> str:
    subject = await _subject(site, form)
    await _write(site.reviews, lambda file: file.tag(done, subject, form.get("tag"), on=form.get("on") == "1"))
    return _desk(subject)


async def _note(site: Site, form: Form, done: Act) -> str:
    subject = await _subject(site, form)
    gone = form.number("remove")
    if gone:
        await _write(site.reviews, lambda file: file.remove_note(done, gone))
    else:
        await _write(site.reviews, lambda file: file.note(done, subject, form.get("text")))
    return _desk(subject)


async def _verdict(site: Site, form: Form, done: Act) -> str:
    try:
        opinion = Opinion(form.get("answer"))
    except ValueError as error:
        raise DatasetteError("Choose one of the answers.", status=400, title="Not kept") from error
    number = form.number("item")
    if number:
        page = form.get("page")
        await _write(site.reviews, lambda file: file.judge(done, page, opinion, number))
        return f"/review?after={form.number('position')}" if form.get("next") == "1" else f"/review/{number}"
    subject = await _subject(site, form)
    desk = await desks.of_report(site.database, site.reviews, subject.number, done.who)
    if desk is None:
        raise NotFound(_GONE)
    await _write(site.reviews, lambda file: file.judge(done, desk.page, opinion))
    return _desk(subject)


async def _draw(site: Site, form: Form, done: Act) -> str:
    del form
    await _write(site.reviews, lambda file: file.draw(done, reviewing.judged(site.file)))
    return "/review"


async def _merge(site: Site, form: Form, done: Act) -> str:
    told = form.get("other").strip().rstrip("/").rpartition("/")[2]
    number = int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0
    subject, other = await desks.story(site.database, form.number("number")), await desks.story(site.database, number)
    firsts = [await desks.first_report(site.database, each.number) for each in (subject, other) if each]
    if subject is None or len(firsts) < 2 or firsts[0] is None or firsts[1] is None:
        raise DatasetteError("There is no story with this number.", status=400, title="Not kept")
    if subject == other:
        raise DatasetteError("These two are one story already.", status=400, title="Not kept")
    ruling = Ruling(kind="merge", report=firsts[0], other=firsts[1], note=form.get("note"))
    await _write(site.reviews, lambda file: file.ask(done, ruling))
    return _desk(subject)


async def _split(site: Site, form: Form, done: Act) -> str:
    return await _rule(site, form, done, "split")


async def _pin(site: Site, form: Form, done: Act) -> str:
    return await _rule(site, form, done, "pin")


async def _rule(site: Site, form: Form, done: Act, kind: str) -> str:
    story = await desks.of_story(site.database, site.reviews, form.number("number"), done.who)
    known = {row["id"]: row["key"] for row in story.reports} if story else {}
    report = form.number("report")
    if story is None or report not in known:
        raise DatasetteError("Choose one of the reports of this story.", status=400, title="Not kept")
    if kind == "split" and len(known) == 1:
        raise DatasetteError("This report is alone in its story.", status=400, title="Not kept")
    subject = Subject(kind="report", key=known[report], number=report)
    await _write(site.reviews, lambda file: file.ask(done, Ruling(kind=kind, report=subject, note=form.get("note"))))
    return _desk(story.subject)


ACTS: Mapping[str, Callable[[Site, Form, Act], Awaitable[str]]] = {
    "star": _star, "tag": _tag, "note": _note, "verdict": _verdict, "draw": _draw, "merge": _merge, "split": _split,
    "pin": _pin,
}  # fmt: skip


async def _subject(site: Site, form: Form) -> Subject:
    find = {"report": desks.report, "story": desks.story}.get(form.get("kind"))
    found = await find(site.database, form.number("number")) if find else None
    if found is None:
        raise NotFound(_GONE)
    return found


async def _write(path: Path, do: Callable[[Reviews], Any]) -> None:
    def write() -> None:
        with Reviews(path) as file:
            do(file)

    try:
        await asyncio.to_thread(write)
    except ReviewError as error:
        words = str(error).replace(str(path), path.name)
        raise DatasetteError(words, status=400, title="Not kept") from error


def _desk(subject: Subject) -> str:
    return f"/{subject.kind}/{subject.number}#desk"
