"""Extraction on pages of our own: fields, dates and their origin, refusals, dated rules, the second reading."""

from dataclasses import replace
from datetime import UTC, date, datetime
from textwrap import dedent

import pytest

from crawler import extract, flow, relevance
from crawler.extract import content
from crawler.sources import unlisted
from db.model import Analysis, Article, Capture, Offer, Rejection, Rule

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
BODY = "\n".join(
    f"<p>Paragraph {n} of the report tells in full sentences what the council decided about the harbour and why.</p>"
    for n in range(8)
)


def capture(html: str, *, offer: Offer | None = None, url: str = "https://paper.example/world/story-1.html") -> Capture:
    return Capture(
        url=url, fetched_at=NOW, status=200, headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=html.encode(), offer=offer or Offer(source="xx/paper.example"),
    )  # fmt: skip


def page(head: str = "", body: str = BODY, heading: str = "Council decides on the harbour") -> str:
    return (
        f"<!doctype html><html lang='en'><head><title>{heading} | The Paper</title>{head}</head>"
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{heading}</h1>{body}</article>"
        "<footer>Updated <time datetime='2026-03-09T08:00:00Z'>9 March</time></footer></body></html>"
    )


def article(html: str, *, offer: Offer | None = None, rules: tuple[Rule, ...] = ()) -> Article:
    one = capture(html, offer=offer)
    document = extract.parse(one)
    assert document is not None
    found = extract.article(one, document, rules)
    assert isinstance(found, Article), found
    whole = extract.completed(found, one, document)
    assert isinstance(whole, Article), whole
    return whole


def refusal(html: str) -> Rejection:
    one = capture(html)
    document = extract.parse(one)
    assert document is not None
    found = extract.article(one, document)
    assert isinstance(found, Rejection), found
    return found


LINKED = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "WebPage"},
{"@type": "NewsArticle", "headline": "Council decides on the harbour", "datePublished": "2026-03-08T23:30:00+03:00",
"author": [{"@type": "Person", "name": "Ada Quill"}, "Ben Ferry"], "articleSection": "World", "creditText": "Reuters",
"description": "The vote was close and the mayor abstained.", "image": {"url": "/pictures/1.jpg"},
"isAccessibleForFree": false}]}</script>"""


def test_every_field_comes_from_the_pages_own_data() -> None:
    found = article(page(LINKED))
    assert found.headline == "Council decides on the harbour"
    assert found.authors == ("Ada Quill", "Ben Ferry")
    assert (found.section, found.credit, found.paid) == ("World", "Reuters", True)
    assert found.standfirst == "The vote was close and the mayor abstained."
    assert found.image_url == "https://paper.example/pictures/1.jpg"
    assert found.language == "en"


def test_paragraphs_survive_with_a_blank_line_between() -> None:
    paragraphs = article(page()).text.split("\n\n")
    assert len(paragraphs) == 8
    assert paragraphs[3].startswith("Paragraph 3 of the report")


def test_the_date_keeps_its_zone_and_the_day_is_the_publishers() -> None:
    found = article(page(LINKED))
    assert found.published_at == datetime(2026, 3, 8, 20, 30, tzinfo=UTC)
    assert (found.published_on, found.published_from) == (date(2026, 3, 8), "json-ld")


FEED = Offer(source="xx/paper.example", published_at=datetime(2026, 3, 7, 6, 0, tzinfo=UTC))
META = '<meta property="article:published_time" content="2026-03-06T10:00:00+00:00">'
TIME = "<p><time datetime='2026-03-05T09:00:00Z'>5 March</time></p>"


@pytest.mark.parametrize(
    ("html", "offer", "origin", "day"),
    [
        (page(LINKED + META, TIME + BODY), FEED, "feed", 7),
        (page(LINKED + META, TIME + BODY), None, "json-ld", 8),
        (page(META, TIME + BODY), None, "meta", 6),
        (page("", TIME + BODY), None, "time", 5),
        (page('<link rel="canonical" href="/2026/03/04/harbour.html">'), None, "url", 4),
    ],
)
def test_the_most_trusted_place_tells_the_date(html: str, offer: Offer | None, origin: str, day: int) -> None:
    found = article(html, offer=offer)
    assert found.published_from == origin
    assert found.published_on == date(2026, 3, day)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("5 марта 2026", "ru"),
        ("5 March 2026", "en"),
        ("5. März 2026", "de"),
        ("5 mars 2026", "fr"),
        ("5 marca 2026", "pl"),
    ],
)
def test_a_time_element_in_words_beats_the_footers_date(text: str, language: str) -> None:
    found = article(page("", f"<p><time>{text}</time></p>{BODY}"))
    assert found.published_on == date(2026, 3, 5), language


def test_a_date_from_the_future_is_not_believed() -> None:
    future = Offer(source="s", published_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert article(page(META), offer=future).published_from == "meta"


def test_a_headline_that_opens_the_text_is_not_repeated_there() -> None:
    text = content.without_headline(
        "World\n\nCouncil decides on the harbour\n\nThe vote was close.", "Council decides on the harbour"
    )
    assert text == "The vote was close."


def test_lines_that_ask_to_share_or_to_read_something_else_go() -> None:
    pointers = (
        "Read also: <a href='/2'>The mayor's speech</a>",
        "<a href='/3'>Ten facts about the old harbour wall</a>",
    )
    extra = "".join(f"<p>{pointer}</p>" for pointer in (*pointers, "Share this article"))
    assert article(page("", BODY + extra)).text.split("\n\n")[-1].startswith("Paragraph 7")


CONSENT = """<html><body><h1>We value your privacy</h1><p>We and our partners store information.</p>
<button>Accept all cookies</button></body></html>"""
ROBOT = """<html><head><title>Just a moment...</title></head><body>
<p>Verify you are human by completing the action below.</p></body></html>"""
MISSING = """<html><head><title>Page not found</title></head><body><h1>Page not found</h1>
<p>The page you requested could not be found; it may have moved or been deleted in the meantime.</p></body></html>"""
STUB = page(
    "",
    "<p>The vote was close, and the mayor abstained at the end of a very long night in the hall, three councillors "
    "said on Monday.</p><p>Subscribe to continue reading</p>",
)
LIST = "".join(f"<p><a href='/{n}'>Headline number {n} of the day</a> by our desk</p>" for n in range(40))
INDEX = page("", LIST)
EMPTY = "<html><head><title>The Paper</title></head><body><div id='app'></div></body></html>"


@pytest.mark.parametrize(
    ("html", "reasons"),
    [
        (CONSENT, {"consent or bot wall"}),
        (ROBOT, {"consent or bot wall"}),
        (MISSING, {"not an article"}),
        (STUB, {"paywall stub"}),
        (INDEX, {"not an article", "empty"}),
        (EMPTY, {"empty"}),
    ],
)
def test_what_is_no_article_is_refused_with_its_reason(html: str, reasons: set[str]) -> None:
    assert refusal(html).reason in reasons


def test_a_page_older_than_the_crawl_takes_is_refused_as_too_old() -> None:
    one = capture(page(META), offer=Offer(source="s", oldest=datetime(2026, 3, 9, tzinfo=UTC)))
    document = extract.parse(one)
    assert document is not None
    found = extract.article(one, document)
    assert isinstance(found, Article)
    rejected = extract.completed(found, one, document)
    assert isinstance(rejected, Rejection)
    assert rejected.reason == "too old"


OLD_RULE = Rule(until=date(2024, 10, 14), body="//div[@id='old']", drop=("//p[@class='ad']",))
NEW_RULE = Rule(body="//div[@id='new']")
BOTH = (
    f"<div id='old'>{BODY}<p class='ad'>Buy boats at the quay, cheaper than ever before.</p></div>"
    f"<div id='new'><p>{'New text. ' * 40}</p></div>"
)


@pytest.mark.parametrize(
    ("day", "opens"), [("2023-05-01T00:00:00Z", "Paragraph 0"), ("2025-05-01T00:00:00Z", "New text")]
)
def test_the_rule_of_the_pages_day_reads_it(day: str, opens: str) -> None:
    html = page(f'<meta property="article:published_time" content="{day}">', BOTH)
    text = article(html, rules=(NEW_RULE, OLD_RULE)).text
    assert text.startswith(opens)
    assert "Buy boats" not in text


RUSSIAN = "Российский военный дезертировал из части и попросил убежища; суд заочно осудил дезертира по статье 338."


def test_a_report_whose_text_the_first_extractor_lost_is_rescued_and_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    one = capture(page("", f"<p>{RUSSIAN}</p>" * 3))
    monkeypatch.setattr(content, "main_text", lambda _: "")
    outcome = flow.analyse(one, unlisted(one.url))
    assert isinstance(outcome, Analysis)
    assert (outcome.article.extractor, outcome.article.marks) == ("resiliparse", ("second-reading",))


def test_the_same_capture_gives_the_same_analysis() -> None:
    one = capture(page("", f"<p>{RUSSIAN}</p>" * 3))
    source = replace(unlisted(one.url), name="The Paper")
    assert flow.analyse(one, source) == flow.analyse(one, source)


def test_soft_hyphens_and_no_break_spaces_do_not_reach_the_text() -> None:
    assert content.paragraphs(dedent("de\u00adser\u00adter\u00a0from the\n\n\nfront")) == "deserter from the\n\nfront"


def test_a_language_without_terms_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance, "scan", lambda _: True)
    text = "Hafnarbærinn var fullur af fisksölum og grænmetissölum, sagði bæjarstjórinn við blaðamenn í gær. "
    outcome = flow.analyse(one := capture(page("", f"<p>{text * 9}</p>")), unlisted(one.url))
    assert isinstance(outcome, Rejection)
    assert (outcome.reason, outcome.language) == ("wrong language", "is")


def test_a_glimpse_shows_length_date_and_author_of_a_page_and_that_its_layout_broke() -> None:
    words = "<p>The council met on Monday and spoke of the bridge for a long time, as it does every year.</p>" * 9
    head = "<meta property='article:published_time' content='2026-03-01'><meta name='author' content='A. Writer'>"
    whole = f"<html><head>{head}</head><body><article><h1>Bridge</h1>{words}</article></body></html>"
    seen = extract.glimpse(capture(whole))
    assert seen
    assert (seen.dated, seen.authored) == (True, True)
    assert 700 < seen.characters < 1000
    broken = extract.glimpse(capture("<html><body><div id='app'></div><p>Please wait.</p></body></html>"))
    assert broken
    assert (broken.dated, broken.authored) == (False, False)
    assert broken.characters < 100
    assert extract.glimpse(capture("no markup here")) is None
