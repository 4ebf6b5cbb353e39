"""The worker process that reads pages: it answers as the flow does; a page that hangs or kills it costs itself."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler import flow
from crawler.analyst import Analyst
from crawler.sources import unlisted
from db.model import Capture, Offer, Rejection

TEXT = "A Russian soldier who deserted from his brigade asked for asylum in France; a court let the deserter stay. "
PAGE = Capture(
    url="https://paper.example/a", fetched_at=datetime(2026, 3, 1, tzinfo=UTC), status=200,
    headers=(("Content-Type", "text/html; charset=utf-8"),), offer=Offer(source="xx/paper.example"),
    body=f"<html><head><title>Soldier stays</title></head><body><p>{TEXT * 9}</p></body></html>".encode(),
)  # fmt: skip


class Deadly(str):
    """Kills the process that reads it."""

    __slots__ = ()

    def lower(self) -> str:
        """Never answers."""
        os._exit(3)


@pytest.fixture(scope="module")
def analyst() -> Iterator[Analyst]:
    with closing(Analyst()) as worker:
        yield worker


def test_the_worker_answers_as_the_flow_does(analyst: Analyst) -> None:
    source = unlisted(PAGE.url)
    assert analyst.analyse(PAGE, source) == flow.analyse(PAGE, source)
    assert asyncio.run(analyst.analysed(PAGE, source)) == flow.analyse(PAGE, source)


def test_a_page_that_kills_the_worker_costs_itself_alone(analyst: Analyst) -> None:
    source = unlisted(PAGE.url)
    lost = analyst.analyse(replace(PAGE, headers=(("Content-Type", Deadly("text/html")),)), source)
    assert isinstance(lost, Rejection)
    assert lost.reason == "crashed the parser"
    assert analyst.analyse(PAGE, source) == flow.analyse(PAGE, source)


def test_a_page_that_takes_too_long_costs_itself_alone() -> None:
    long = replace(PAGE, body=PAGE.body.replace(b"<p>", b"<p>A Russian soldier deserted. ", 1) + PAGE.body * 2000)
    with closing(Analyst(seconds_a_page=0.001)) as hasty:
        lost = hasty.analyse(long, unlisted(PAGE.url))
    assert isinstance(lost, Rejection)
    assert (lost.reason, lost.detail) == ("took too long", "no result after 0 seconds")
