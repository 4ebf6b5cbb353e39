"""People who visit a site in this process: each with an address, a jar of cookies, and forms as pages have them."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from crawler import stories
from db.archive import ArchiveWriter
from db.model import Answer, Rejection, Stage
from db.store import Store
from db.web.people import hashed
from db.web.serve import create_app
from db.web.sharing import Sharing
from db.web.site import Site
from tests.db import test_stories, web_world
from tests.db.web_world import NOW, World

PASSWORD = "correct horse battery"  # noqa: S105  # of the tests' own people
STRANGER = "203.0.113.9"
_TOKEN = re.compile(r'name="csrftoken" value="([^"]+)"')


def sharing(folder: Path, **changes: Any) -> Sharing:
    """A site that Anna and Boris can sign in to; ``changes`` as the fields of ``Sharing``."""
    people = {"anna": hashed(PASSWORD), "Борис": hashed(PASSWORD[::-1])}
    return Sharing(**{"people": people, "secret": "s" * 40, "reviews": folder / "reviews.db", **changes})


def build(folder: Path, root: Path) -> World:
    """The small world with real stories of three events, and pages near the threshold, far from it, and unread."""
    world = web_world.build(folder)
    with (
        Store(world.db, holder="tests") as store,
        ArchiveWriter(world.archive, software="tests", now=lambda: NOW) as archive,
    ):
        for each in test_stories.reports(root, events=("e01", "e02", "e03")):
            store.save(each, page=each.article.url, report=each.article.url, placer=stories.place)
        origin = web_world.source(web_world.samples()[0]["source"])
        for number in range(6):
            body = f"<html><title>x</title><body><nav>menu</nav><h1>Page {number}</h1><script>alert(1)</script>"
            text = "The mayor opened the new bridge on Monday, and two hundred people came to see it in the rain."
            page = web_world.capture(origin, f"far/{number}", f"{body}<p>{text}</p></body></html>".encode(), NOW)
            stage = Stage.RELEVANCE if number % 2 else Stage.EXTRACT
            found = Rejection.of(replace(page, place=archive.append(page)), stage, "no word of the topic")
            found = replace(found, headline=f"Page {number}", score=0.0, answer=Answer.DROP)
            store.reject(found, page=page.url, source=origin)
    return world


class House:
    """A site, and the loop in which all its visitors are served."""

    def __init__(self, site: Site) -> None:
        self.site, self.app = site, site.app()
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.close()

    def run(self, coming: Any) -> Any:
        """The outcome of something asynchronous."""
        return self._runner.run(coming)

    def visitor(self, address: str = "127.0.0.1", **headers: str) -> "Person":
        """Somebody who asks from ``address``, each time with the same headers."""
        return Person(self, address, headers)


def house(world: World, told: Sharing, *, local: bool = True) -> House:
    """A site over ``world``, shared as ``told``."""
    return House(create_app(world.db, world.archive, local=local, sharing=told))


class Person:
    """Somebody with a browser."""

    def __init__(self, visited: House, address: str, headers: dict[str, str]) -> None:
        transport = httpx.ASGITransport(app=visited.app, client=(address, 40000))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._house = visited
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001", headers=named)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """The answer to ``path``, redirects not followed."""
        answer: httpx.Response = self._house.run(self.client.get(path, **options))
        return answer

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return answer.text

    def token(self, path: str = "/-/login") -> str:
        """The token that forms of a page carry."""
        found = _TOKEN.search(self.page(path))
        assert found, path
        return found[1]

    def post(self, path: str, fields: dict[str, Any], **options: Any) -> httpx.Response:
        """The answer to a form, with nothing but ``fields``."""
        answer: httpx.Response = self._house.run(self.client.post(path, data=fields, **options))
        return answer

    def send(self, path: str, seen: str, **fields: Any) -> httpx.Response:
        """The answer to a form of the page ``seen``, with its token."""
        return self.post(path, {**fields, "csrftoken": self.token(seen)})

    def sign_in(self, name: str = "anna", password: str = PASSWORD, to: str = "/") -> httpx.Response:
        """The answer to the form of the sign-in."""
        return self.send("/-/login", "/-/login", name=name, password=password, next=to)

    def do(self, act: str, seen: str, **fields: Any) -> httpx.Response:
        """An act on the page ``seen``, whose kind and number stand in its address; it must be kept."""
        kind, number = seen.strip("/").split("/")
        answer = self.send(f"/review/{act}", seen, kind=kind, number=number, **fields)
        assert answer.status_code == 303, (act, fields, answer.status_code, answer.text[-1500:])
        return answer
