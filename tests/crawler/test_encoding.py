"""A page's text is the same in whatever encoding it came and whatever the page declares."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.encoding import text_of
from db.archive import captures

TEXTS = {
    "ru": "Суд в Казани приговорил к шести годам солдата, который самовольно оставил часть. Военный уехал в Германию и "
    "попросил убежища: «Я не хочу воевать», — сказал он журналистам. Ещё двое его товарищей скрываются.",
    "uk": "Російський солдат утік із частини та попросив притулку в Німеччині. Його історію розповіли журналісти: «Я "
    "не хочу воювати», — сказав він. Ще двоє його товаришів переховуються в Грузії, їхні імена не розголошують.",
    "pl": "Rosyjski żołnierz zbiegł z jednostki i poprosił o azyl w Niemczech. Sąd uznał, że groziłoby mu więzienie. "
    "„Nie chcę walczyć” — powiedział dziennikarzom. Dwaj jego towarzysze wciąż się ukrywają, są już w Gruzji.",
    "tr": "Rus askeri birliğinden kaçtı ve Almanya'dan sığınma istedi. Mahkeme, ülkesinde hapse gireceğini söyledi. "
    "“Savaşmak istemiyorum” dedi gazetecilere. İki arkadaşı hâlâ Gürcistan'da saklanıyor, adları açıklanmadı.",
    "de": "Ein russischer Soldat floh aus seiner Einheit und bat in Köln um Asyl. Das Gericht entschied, dass "
    "ihm zu Hause Gefängnis drohe. „Ich möchte nicht kämpfen“, sagte er. Für zwei Gefährten "
    "läuft das Verfahren noch – ungewiß.",
}  # fmt: skip
WRITTEN = {
    "utf-8": "ru uk pl tr de",
    "utf-16-le": "ru uk pl tr de",
    "utf-16-be": "ru uk pl tr de",
    "windows-1251": "ru uk",
    "koi8-r": "ru",
    "koi8-u": "uk",
    "iso-8859-2": "pl",
    "windows-1250": "pl",
    "windows-1254": "tr",
    "windows-1252": "de",
}
CASES = [(encoding, language) for encoding, languages in WRITTEN.items() for language in languages.split()]
WIDE = {"utf-16-le", "utf-16-be"}


def page(language: str, encoding: str, declared: str = "", paragraphs: int = 3) -> tuple[bytes, str]:
    """A page in bytes and as the text that it should give; what the encoding lacks is written another way."""
    meta = f'<meta charset="{declared}">' if declared else ""
    text = "".join(f"<p>{TEXTS[language]}</p>\n" for _ in range(paragraphs))
    head = f"<head>{meta}<title>Asyl</title><script>var a = 'b';</script></head>"
    whole = f"<!doctype html>\n<html>{head}<body>{text}</body></html>"
    body = whole.encode(encoding, errors="xmlcharrefreplace")
    return body, body.decode(encoding)


@pytest.mark.parametrize(("encoding", "language"), CASES)
def test_an_encoding_that_the_header_declares_is_read(encoding: str, language: str) -> None:
    body, text = page(language, encoding)
    assert text_of(body, f"text/html; charset={encoding}") == text


@pytest.mark.parametrize(("encoding", "language"), [case for case in CASES if case[0] not in WIDE])
def test_an_encoding_that_the_page_declares_is_read(encoding: str, language: str) -> None:
    body, text = page(language, encoding, declared=encoding)
    assert text_of(body, "text/html") == text


@pytest.mark.parametrize(("encoding", "language"), CASES)
def test_an_encoding_that_nobody_declares_is_found(encoding: str, language: str) -> None:
    body, text = page(language, encoding)
    assert words(text_of(body)) == words(text)


def words(text: str) -> list[str]:
    """The words of ``text``: quotation marks differ in ways that no reader of the bytes could know."""
    return "".join(char if char.isalnum() or char.isspace() else " " for char in text).split()


@pytest.mark.parametrize(("encoding", "language"), CASES)
def test_a_page_that_wrongly_declares_utf_8_is_read_as_what_it_is(encoding: str, language: str) -> None:
    body, text = page(language, encoding, declared="utf-8")
    assert words(text_of(body, "text/html; charset=utf-8")) == words(text)


@pytest.mark.parametrize("declared", ["windows-1251", "iso-8859-1", "koi8-r", "us-ascii", "no-such-encoding"])
@pytest.mark.parametrize("language", TEXTS)
def test_utf_8_is_read_as_utf_8_whatever_is_declared(declared: str, language: str) -> None:
    body, text = page(language, "utf-8", declared=declared)
    assert text_of(body, f"text/html; charset={declared}") == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii", "windows-1252", "latin1"])
@pytest.mark.parametrize(("encoding", "language"), [("windows-1251", "ru"), ("windows-1251", "uk"), ("koi8-r", "ru")])
def test_cyrillic_that_calls_itself_western_is_read_as_cyrillic(declared: str, encoding: str, language: str) -> None:
    body, text = page(language, encoding, declared=declared)
    assert words(text_of(body, f"text/html; charset={declared}")) == words(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("language", TEXTS)
def test_a_byte_order_mark_decides_and_is_no_text(encoding: str, language: str) -> None:
    body, text = page(language, encoding, declared="koi8-r")
    assert text_of("\ufeff".encode(encoding) + body, "text/html; charset=windows-1251") == text


def test_the_header_is_believed_before_the_page() -> None:
    body, text = page("ru", "koi8-r", declared="windows-1251")
    assert text_of(body, "text/html; charset=koi8-r") == text


def test_a_broken_byte_costs_its_character_and_not_the_page() -> None:
    body, text = page("ru", "windows-1251", declared="windows-1251", paragraphs=20)
    middle = body.index("солдата".encode("windows-1251"))
    found = text_of(body[:middle] + b"\x98" + body[middle:], "text/html")
    assert found.replace("\ufffd", "") == text
    assert found.count("\ufffd") == 1


def test_ascii_and_nothing_are_what_they_are() -> None:
    assert text_of(b"") == ""
    assert text_of(b"<p>plain</p>", "text/html; charset=utf-16") == "<p>plain</p>"


@given(
    st.binary(max_size=500),
    st.sampled_from(["", "text/html", "text/html; charset=utf-8", "text/html; charset=x", "charset="]),
)
def test_no_bytes_whatever_fail(body: bytes, content_type: str) -> None:
    assert isinstance(text_of(body, content_type), str)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=300))
def test_every_utf_8_text_comes_back(text: str) -> None:
    assert text_of(text.encode()) == text


def test_every_planted_page_is_read_like_its_true_encoding(shared: Path) -> None:
    lines = (shared / "corpus" / "truth.jsonl").read_text(encoding="utf-8").strip().split("\n")
    planted = {one["url"]: one for one in map(json.loads, lines) if one["publisher"] == "planted.example"}
    wrong: dict[str, int] = {}
    for capture in captures(shared / "corpus" / "pages.warc.gz"):
        if truth := planted.pop(capture.url, None):
            wanted = capture.body.decode(truth["encoding"], errors="replace").lstrip("\ufeff")
            found = text_of(bytes(capture.body), capture.header("content-type"))
            wrong[capture.url] = sum(a != b for a, b in zip(found, wanted, strict=False)) + abs(
                len(found) - len(wanted)
            )
    assert planted == {}
    assert len(wrong) == 220
    assert {url: characters for url, characters in wrong.items() if characters > HANDFUL} == {}


HANDFUL = 8  # characters, mostly quotation marks, in which two encodings of one family differ
