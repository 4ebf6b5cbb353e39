"""What is no article is refused, what looks like one is not: on pages of our own in ``tests/eval/pages``."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import extract
from crawler.extract import listing
from db.model import Article, Capture, Offer, Rejection

PAGES = sorted((Path(__file__).parent.parent / "eval" / "pages").glob("*.html"))
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ADDRESSES = {
    "list-ru-tag": "https://paper.example/tag/port",
    "gallery-de": "https://paper.example/bildergalerie/hafen",
}
REFUSED = {
    "list": {("not an article", "a list of links"), ("empty", "")},
    "wall": {("consent or bot wall", "“")},
    "login": {("not an article", "a login page")},
    "missing": {("not an article", "an error page")},
    "gallery": {("not an article", "a gallery of pictures")},
}


def read(page: Path) -> Article | Rejection:
    url = ADDRESSES.get(page.stem, f"https://paper.example/world/{page.stem}.html")
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    capture = Capture(
        url=url, fetched_at=NOW, status=200, headers=headers, body=page.read_bytes(), offer=Offer(source="xx/paper")
    )
    document = extract.parse(capture)
    assert document is not None
    return extract.article(capture, document)


def of(*kinds: str) -> list[Path]:
    return [page for page in PAGES if page.stem.split("-")[0] in kinds]


@pytest.mark.parametrize("page", of(*REFUSED), ids=lambda page: page.stem)
def test_a_page_that_is_no_article_is_refused_with_its_reason(page: Path) -> None:
    found = read(page)
    assert isinstance(found, Rejection)
    known = REFUSED[page.stem.split("-")[0]]
    assert any(found.reason == reason and found.detail.startswith(detail) for reason, detail in known), found


@pytest.mark.parametrize("page", of("article"), ids=lambda page: page.stem)
def test_an_article_that_looks_like_something_else_is_read(page: Path) -> None:
    found = read(page)
    assert isinstance(found, Article), found
    assert found.marks == ()


@pytest.mark.parametrize("page", of("live"), ids=lambda page: page.stem)
def test_a_live_ticker_is_kept_and_marked(page: Path) -> None:
    found = read(page)
    assert isinstance(found, Article), found
    assert found.marks == ("live",)


def test_the_set_has_every_kind() -> None:
    assert {page.stem.split("-")[0] for page in PAGES} == {*REFUSED, "article", "live"}


def test_a_card_is_compared_by_all_its_letters_and_digits_and_nothing_else() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert listing._letters(every) == "".join(filter(str.isalnum, every))
