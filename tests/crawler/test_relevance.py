"""The judge and the byte scan: what they keep, why, and that the scan never stands in the judge's way."""

import gzip
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from crawler import flow
from crawler.relevance import glance, judge, scan
from crawler.relevance.evaluate import Evaluation, evaluate, rows_of
from crawler.sources import unlisted
from db.archive import captures
from db.model import Analysis, Answer, Article, Zone

FLOORS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parents[1] / "eval" / "floors.json").read_text())
TEXTS = {
    "en": "A Russian soldier who deserted from his unit asked for asylum in France; a court let the deserter stay.",
    "ru": "Российский военный дезертировал из части и попросил убежища; суд заочно осудил дезертира по статье 338.",
    "uk": "Російський солдат дезертирував із частини й попросив притулку; дезертира засудив військовий суд.",
    "de": "Ein russischer Soldat ist desertiert und hat in Deutschland Asyl beantragt; dem Deserteur droht Haft.",
    "fr": "Un soldat russe a déserté son unité et demande l’asile en France ; le déserteur risque la prison.",
    "pl": "Rosyjski żołnierz zdezerterował z jednostki i poprosił o azyl; dezerterowi grozi więzienie.",
    "es": "Un soldado ruso desertó de su unidad y pidió asilo en España; el desertor se enfrenta a la cárcel.",
    "it": "Un soldato russo ha disertato e chiede asilo in Italia; il disertore rischia il carcere.",
    "fi": "Venäläinen sotilas karkasi yksiköstään ja hakee turvapaikkaa Suomesta; karkuria odottaa vankila.",
    "tr": "Rus asker birliğinden firar etti ve iltica talebinde bulundu; firari asker hapis cezasıyla karşı karşıya.",
}
CHARSETS = {
    "en": ("ascii", "utf-8", "windows-1252", "utf-16"),
    "ru": ("utf-8", "windows-1251", "koi8-r", "iso-8859-5", "utf-16"),
    "uk": ("utf-8", "windows-1251", "koi8-u", "utf-16"),
    "de": ("utf-8", "windows-1252", "iso-8859-1"),
    "fr": ("utf-8", "windows-1252", "iso-8859-15"),
    "pl": ("utf-8", "windows-1250", "iso-8859-2"),
    "es": ("utf-8", "iso-8859-1"),
    "it": ("utf-8", "iso-8859-1"),
    "fi": ("utf-8", "iso-8859-1"),
    "tr": ("utf-8", "windows-1254", "iso-8859-9"),
}
NEAR_MISSES = {
    "Ukrainian absence": "Ukrainian soldiers left their units without leave by the thousand, Kyiv said.",
    "history": "A memorial to the Wehrmacht deserters of the Second World War was unveiled in Cologne on Sunday.",
    "place": "The deserted village in the Russian north has stood empty since the mine closed thirty years ago.",
    "politics": "Two deputies deserted their party in Moscow and joined the ruling faction before the election.",
    "another army": "Soldiers of Myanmar's army deserted by the hundred and fled across the border into India.",
}


def article(text: str, language: str, headline: str = "") -> Article:
    return Article(url="", canonical_url="", headline=headline, text=text, language=language)


@pytest.mark.parametrize("language", TEXTS)
def test_a_plain_report_is_kept_in_every_language(language: str) -> None:
    assert judge(article(TEXTS[language], language)).answer is Answer.KEEP


@pytest.mark.parametrize("language", TEXTS)
def test_a_report_is_kept_although_its_language_was_taken_for_another(language: str) -> None:
    assert judge(article(TEXTS[language], "sv" if language == "en" else "en")).answer is Answer.KEEP


@pytest.mark.parametrize("kind", NEAR_MISSES)
def test_near_misses_are_not_kept(kind: str) -> None:
    assert judge(article(NEAR_MISSES[kind], "en")).answer is not Answer.KEEP


@pytest.mark.parametrize("language", TEXTS)
def test_every_reason_quotes_the_words_where_they_stand(language: str) -> None:
    one = article(f"Vorspann ohne Belang. {TEXTS[language]}", language, headline=TEXTS[language])
    reasons = judge(one).reasons
    assert {reason.zone for reason in reasons} >= {Zone.TITLE}
    for reason in reasons:
        source = one.headline if reason.zone is Zone.TITLE else one.text
        assert source[reason.evidence.start : reason.evidence.end] == reason.evidence.quote


def test_a_promising_link_is_fetched_before_others() -> None:
    assert glance("Russian deserter wins asylum in France", "") > glance("Storm closes harbour", "Ferries wait.")


def test_a_verdict_takes_time_that_grows_no_faster_than_the_text() -> None:
    def seconds(copies: int) -> float:
        one = article("\n\n".join([TEXTS["en"]] * copies), "en")
        started = time.process_time()
        judge(one)
        return time.process_time() - started

    judge(article(TEXTS["en"], "en"))
    short, long = min(seconds(100) for _ in range(3)), min(seconds(1000) for _ in range(3))
    assert long < 40 * short


FILLER = "<p>The council met on Tuesday and spoke of the harbour, the school and the weather of the week.</p>" * 60


def page(text: str, charset: str) -> bytes:
    plain = f"<html><head><title>News</title></head><body>{FILLER}<p>{text}</p></body></html>"
    return plain.encode(charset, errors="xmlcharrefreplace")


@pytest.mark.parametrize(("language", "charset"), [(name, each) for name, sets in CHARSETS.items() for each in sets])
@pytest.mark.parametrize("form", ["plain", "upper", "decimal", "hexadecimal", "soft hyphens", "no-break spaces"])
def test_the_scan_lets_a_report_through_in_every_encoding_and_form(language: str, charset: str, form: str) -> None:
    text = TEXTS[language]
    shown = {
        "plain": text,
        "upper": text.upper() if language != "tr" else text.replace("i", "İ").replace("ı", "I").upper(),
        "decimal": "".join(f"&#{ord(char)};" if ord(char) > 127 else char for char in text),
        "hexadecimal": "".join(f"&#x{ord(char):x};" if ord(char) > 127 else char for char in text),
        "soft hyphens": text.replace("ser", "s&shy;er").replace("зер", "з&shy;ер"),
        "no-break spaces": text.replace(" ", "&nbsp;"),
    }[form]
    assert scan(page(shown, charset))


def test_the_scan_sends_ordinary_pages_home() -> None:
    assert not scan(page("The mayor opened the library.", "utf-8"))
    assert not scan(page("A deserted beach in Portugal was named the best of the year.", "utf-8"))


def measured(shared: Path, name: str) -> Evaluation:
    lines = (shared / "corpus" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return evaluate(rows_of(json.loads(line) for line in lines))


@pytest.mark.parametrize("name", ["relevance_feed_items", "relevance_pages"])
def test_quality_does_not_fall_below_its_floor(shared: Path, name: str) -> None:
    content = (shared / "corpus" / f"{name}.jsonl").read_bytes()
    floor = FLOORS[name]
    assert hashlib.sha256(content).hexdigest()[:16] == floor["sha256_16"], "the corpus changed; measure its floor anew"
    found = measured(shared, name).overall
    assert found.f1.value >= floor["f1"]
    assert found.recall.value >= floor["recall"]
    assert found.precision.value >= floor["precision"]


def test_no_language_of_the_pages_falls_below_its_floor(shared: Path) -> None:
    languages = measured(shared, "relevance_pages").languages
    floor = FLOORS["relevance_pages"]
    weak = {name: one.f1.value for name, one in languages.items() if one.relevant >= 10}
    assert {name: value for name, value in weak.items() if value < floor["f1_of_a_language"]} == {}


def test_ukrainian_cases_are_not_kept(shared: Path) -> None:
    kinds = [kind for kind in measured(shared, "relevance_pages").kinds if kind.kind.startswith("ukr_")]
    assert sum(kind.kept for kind in kinds) <= 0.03 * sum(kind.rows for kind in kinds)


def test_of_the_background_stream_hardly_an_item_is_kept(shared: Path) -> None:
    packed = (shared / "corpus" / "feed_background.jsonl.gz").read_bytes()
    floor = FLOORS["feed_background"]
    assert hashlib.sha256(packed).hexdigest()[:16] == floor["sha256_16"], "the corpus changed; measure its floor anew"
    rows = rows_of(map(json.loads, gzip.decompress(packed).decode().splitlines()))
    kept = [row.title for row in rows if judge(article(row.text, row.language, row.title)).relevant]
    assert len(kept) <= floor["kept_at_most"], kept


def test_planted_pages_are_kept_and_other_real_pages_are_not(shared: Path) -> None:
    kept = 0
    others: list[str] = []
    lost: list[str] = []
    for capture in captures(shared / "corpus" / "pages.warc.gz"):
        if not scan(capture.body):
            continue  # a page without a word of the topic; `test_nothing_that_the_judge_keeps...` looks at those
        outcome = flow.analyse(capture, unlisted(capture.url))
        planted = "planted.example" in capture.url
        if isinstance(outcome, Analysis):
            kept, others = kept + planted, others if planted else [*others, capture.url]
        elif planted:
            lost.append(capture.url)
    assert kept >= FLOORS["planted"]["kept_at_least"], lost
    assert len(others) <= FLOORS["planted"]["others_kept_at_most"], others


def test_nothing_that_the_judge_keeps_is_stopped_by_the_scan(shared: Path) -> None:
    lines = (shared / "corpus" / "relevance_feed_items.jsonl").read_text(encoding="utf-8").splitlines()
    lines += (shared / "corpus" / "relevance_pages.jsonl").read_text(encoding="utf-8").splitlines()
    stopped = []
    for row in rows_of(json.loads(line) for line in lines):
        if judge(article(row.text, row.language, row.title)).relevant:
            body = f"<title>{row.title}</title><body><h1>{row.title}</h1><p>{row.text}</p></body>"
            stopped += [] if scan(body.encode()) else [row.id]
    assert stopped == []
