"""The byte scan against the judge: whatever a verdict could keep, in any form and encoding, the scan lets through."""

import html
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html.entities import codepoint2name

import pytest

from crawler.relevance import mentions, scan
from crawler.relevance.decoding import is_utf8
from crawler.relevance.features import ACTS
from crawler.relevance.reading import read
from crawler.relevance.searches import searches
from crawler.terms import Form, parse
from crawler.topics import RUSSIA, Language, Term, load

ENCODINGS = {
    "Latn": (
        *("windows-1252", "iso-8859-1", "iso-8859-15", "windows-1250", "iso-8859-2", "iso-8859-16", "iso-8859-3"),
        *("windows-1254", "iso-8859-9", "windows-1257", "iso-8859-4", "iso-8859-10", "iso-8859-13", "utf-16"),
    ),
    "Cyrl": ("windows-1251", "koi8-r", "koi8-u", "iso-8859-5", "kz1048", "utf-16"),
    "Grek": ("windows-1253", "iso-8859-7", "utf-16-le"),
    "Hebr": ("windows-1255", "iso-8859-8", "utf-16-be"),
    "Arab": ("windows-1256", "iso-8859-6", "utf-16"),
    "Hani": ("gb18030", "big5", "utf-16"),
    "Jpan": ("shift_jis", "euc_jp", "utf-16"),
}
ENDINGS = {
    "Latn": ("", "a", "ovi"), "Cyrl": ("", "а", "ами"), "Grek": ("", "ος"), "Hebr": ("", "ים"), "Arab": ("", "ون"),
    "Armn": ("", "ներ"), "Geor": ("", "ები"), "Hani": ("", "者"), "Jpan": ("", "者"),
}  # fmt: skip
FILLERS = {
    "Latn": "Ostvu", "Cyrl": "Оствы", "Grek": "Οστβυ", "Hebr": "אוסטו", "Arab": "اوستف", "Armn": "Օստվու",
    "Geor": "ოსტვუ", "Hani": "甲乙", "Jpan": "甲乙",
}  # fmt: skip
LINK = '<a class="link link--inline" href="https://news.example/2024/05/17/an-article-of-long-address.html?from=menu">'
BETWEEN = (" ", "\u00a0", "&nbsp;", f" {LINK}", "</a> ", "</b> <em>", " \n    ", "<!-- x -->\u2009")
MENU = (
    "<ul>" + "".join(f'<li class="menu-item"><a href="/section/{n}">Section {n}</a></li>' for n in range(40)) + "</ul>"
)
NAMED = {chr(code): f"&{name};" for code, name in codepoint2name.items() if code > 0x7F}
LOOSE = frozenset(
    "áàâäãåéèêëíìîïóòôöõúùûüýñçčšžřťďňěůąęėįųūīēāļķģņășțşţőűğё"
)  # letters of which an accent may come loose


def spelled(form: Form, language: Language, turn: int) -> str:
    """One word that ``form`` stands for; which, depends on ``turn``."""
    endings = ENDINGS[language.script]
    word = form.exact or form.spelled
    if form.behind:
        word += endings[turn % len(endings)]
    if form.before:
        word = endings[(turn // 2) % len(endings)] + word
    elif language.prefixes and turn % 3 == 2:
        word = language.prefixes[turn % len(language.prefixes)] + word
    return word


def phrase(term: Term, turn: int, *, markup: bool) -> str:
    """``term`` as a page may have it: other forms and other words in between at every ``turn``."""
    language = load().languages[term.language]
    words = []
    for step in parse(term.text):
        words += [FILLERS[language.script]] * (max(step.gap, 0) if turn % 2 else 0)
        words.append(spelled(step.forms[turn % len(step.forms)], language, turn // len(step.forms)))
    between = itertools.cycle(BETWEEN[turn % len(BETWEEN) :] + BETWEEN[: turn % len(BETWEEN)] if markup else (" ",))
    return "".join(itertools.chain(*zip(words, between, strict=False)))


def of_role(language: Language, *roles: str) -> Term | None:
    """The simplest term of ``roles``."""
    return min((term for term in language.terms if term.role in roles), key=lambda term: len(term.text), default=None)


def beside(term: Term, language: Language) -> Iterator[Term]:
    """What must stand near ``term``, so that both together may be kept."""
    topic = load()
    strong = [act for act in ACTS if not topic.company(act) and RUSSIA in topic.roles[act].needs]
    naming = topic.meeting(RUSSIA)
    if term.role in ACTS:
        needs = [topic.meeting(need) for need in topic.roles[term.role].needs]
    elif term.role in naming:
        needs = [frozenset(strong)]
    else:
        needs = [frozenset({act for act in ACTS if term.role in topic.company(act)}), naming]
    found = (of_role(language, *roles) for roles in needs)
    return (one for one in found if one)


def written(term: Term, turn: int, *, markup: bool = True) -> str:
    """A line with ``term`` and all that it needs."""
    others = [phrase(other, 0, markup=False) for other in beside(term, load().languages[term.language])]
    return " ".join([phrase(term, turn, markup=markup), *others])


def outside_tags(text: str, change: Callable[[str], str]) -> str:
    """``text`` with each piece that is no tag and no entity changed."""
    return "".join(piece if piece[:1] in {"<", "&"} else change(piece) for piece in re.split(r"(<[^>]*>|&\w+;)", text))


def disguised(text: str, how: str, language: Language) -> str:
    """``text`` as one of many publishers may write it."""
    return outside_tags(
        text, lambda piece: "".join(DISGUISES[how](letter, at, language) for at, letter in enumerate(piece))
    )


def _third(mark: str) -> Callable[[str, int, Language], str]:
    return lambda letter, at, _: mark + letter if letter.isalpha() and at % 3 == 2 else letter


DISGUISES: dict[str, Callable[[str, int, Language], str]] = {
    "upper case": lambda letter, _, language: language.capitals.get(letter, letter.upper()),
    "decimal entities": lambda letter, *_: letter if letter.isascii() else f"&#{ord(letter)};",
    "hexadecimal entities": lambda letter, *_: letter if letter.isascii() else f"&#x{ord(letter):X};",
    "named entities": lambda letter, *_: NAMED.get(letter, letter),
    "entities for plain letters": lambda letter, at, _: f"&#{ord(letter)};" if at % 4 == 1 else letter,
    "soft hyphens by name": _third("&shy;"),
    "soft hyphens": _third("\u00ad"),
    "zero-width spaces": _third("\u200b"),
    "break opportunities": _third("<wbr>"),
    "loose accents": lambda letter, *_: unicodedata.normalize("NFD", letter) if letter in LOOSE else letter,
    "no-break spaces": lambda letter, *_: "\u00a0" if letter == " " else letter,
    "no-break spaces by name": lambda letter, *_: "&nbsp;" if letter == " " else letter,
}


def page(line: str) -> str:
    return f"<!doctype html><html><head><title>News</title></head><body>{MENU}<p>Ostvu. {line}</p>{MENU}</body></html>"


def may_be_kept(line: str, language: str) -> bool:
    """Whether a text of this one line has all that a verdict asks for."""
    return bool(read("", " ".join(html.unescape(line).split()), language))


def encoded(text: str, encoding: str) -> bytes:
    """``text`` in ``encoding``; in UTF-8 where it would be taken for that by chance."""
    body = text.encode(encoding, "xmlcharrefreplace")
    by_chance = is_utf8(body) and not body.isascii() and not encoding.startswith("utf-16")
    return text.encode() if by_chance else body


def turns(term: Term) -> int:
    """So many that each form of each word, with each ending, and each encoding of the script has its turn."""
    language = load().languages[term.language]
    forms = max(len(step.forms) for step in parse(term.text))
    return max(2 * forms, len(ENCODINGS.get(language.script, ())), 4)


def told(language: Language) -> list[Term]:
    """The terms without which a page is not kept: acts, their company, and Russia's names."""
    topic = load()
    roles = {*ACTS, *topic.meeting(RUSSIA), *(role for act in ACTS for role in topic.company(act))}
    return [term for term in language.terms if term.role in roles]


def stopped(term: Term, turn: int, line: str) -> list[tuple[str, str, int]]:
    """The encodings in which a page with ``line`` does not pass."""
    encodings = ENCODINGS.get(load().languages[term.language].script, ("utf-16",))
    chosen = ("utf-8", encodings[turn % len(encodings)])
    return [(term.text, each, turn) for each in chosen if not scan(encoded(page(line), each))]


@pytest.mark.parametrize("name", sorted(load().languages))
def test_every_form_of_every_term_passes_the_scan_in_every_encoding(name: str) -> None:
    lost, tried, kept = list[tuple[str, str, int]](), 0, 0
    for term in told(load().languages[name]):
        for turn in range(turns(term)):
            possible = may_be_kept(written(term, turn, markup=False), name)
            tried, kept = tried + 1, kept + possible
            lost += stopped(term, turn, written(term, turn)) if possible else []
    assert lost == []
    assert kept > 0.99 * tried


@pytest.mark.parametrize("how", DISGUISES)
def test_every_term_passes_the_scan_in_every_disguise(how: str) -> None:
    lost = list[tuple[str, str, int]]()
    for name, language in load().languages.items():
        for turn, term in enumerate(told(language)):
            if may_be_kept(written(term, turn, markup=False), name):
                lost += stopped(term, turn, disguised(written(term, turn), how, language))
    assert lost == []


STORY = "A Russian soldier deserted from his unit."
FAR = "<p>The council met on Tuesday and spoke of the harbour.</p>" * 400


@pytest.mark.parametrize(
    "source",
    [
        STORY,
        f"<TITLE>News</TITLE><SCRIPT>let a = 1;</SCRIPT><P>{STORY}</P>",
        f'<head><meta name="description" content="{STORY}"></head>{MENU}',
        f'<script type="application/ld+json">{{"headline": "{STORY}"}}</script>{MENU}',
        f"<p>A <i>Russian</i> story</p>{FAR}<p>of a deserter</p>",
        f"<p>{STORY}</p><script>never closed",
        f"<p>{MENU}<meta name='description' content='A Russian deserter",
        f"<script>let a = '<script>';</script><p>{STORY}</p>",
        f"<p>5 < 6, and {STORY}</p>",
        f"<p>A Russian who refused to {LINK}return to</a> {LINK}the</a> front.</p>",
        f"<p>A Russian story</p>{FAR}<p>of a de&shy;sert&#101;r</p>",
        f"<p>A Rus&shy;sian story</p>{FAR}<p>of a deserter</p>",
        f"<p>A Rus<wbr>sian story</p>{FAR}<p>of a de<wbr>serter</p>",
        f"<p>Russland und Putin</p>{FAR}<p>Рос&shy;сия</p>{FAR}<p>Дезер&shy;тир</p>",
        f"<p>{'&#1078;&#x436; ' * 300}</p>{FAR}<p>{STORY}</p>",
        f"<p>{'&#1078;&#x436; ' * 300}</p>{FAR}<p>A Rus&#115;ian de&shy;sert<wbr>er</p>",
        f'<script src="/a/script/b.js"></script ><p>{STORY}</p><script></script>',
        f"<script>a</script><p>{STORY}</p><style>p{{}}</style>",
        f"<style>p > a::before {{content: '<b>'}}</STYLE><p>{STORY}</p>",
        f'<script TYPE="application/LD+JSON">{{"headline": "{STORY}"}}</script>{MENU}',
        f'<script type="application/lD+jsoN" id="a">{{"headline": "{STORY}"}}</sCript>{MENU}',
        f"<script>a</scripT><p>{STORY}</p><script>b</script>",
        f"<script data-a='b > c' type='application/ld+json'>{{'headline': '{STORY}'}}</script>{MENU}",
        f"<script data-a='{'b' * 3000}' type='application/ld+json'>{{'headline': '{STORY}'}}</script>{MENU}",
        f"<title>A soldier deserted <i < Russian army unit</title><p>{'&#1078;&#x436; ' * 300}</p>{FAR}",
        f"<head><meta content='{STORY}'></head><p>{'&#1078;&#x436; ' * 300}</p>{FAR}",
        f"\x01\x02\x03\x04<script>a\x05\x06\x07\x08</script>\x01\x02<p>{STORY}\x0e\x0f\x10\x11</p>" * 300,
        f"<style>p{{}}</style><p>{STORY}</p><style>never closed",
        f"<scripts><styles><p>{STORY}</p></styles></scripts>",
    ],
)
def test_all_that_is_shown_is_looked_at(source: str) -> None:
    assert scan(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        f"<script>let a = '{STORY}';</script>{MENU}",
        f"<style>.russian-deserter {{ color: red }}</style>{MENU}",
        f"<sCRIPT>{'let a = 1; ' * 100}'ld+json {STORY}'</sCRIPT>{MENU}",
        f"<script>let a = '<scr' + 'ipt>{STORY}';</script>{MENU}",
        f"<script a='+'>let a = '/script {STORY}';</SCRIPT\n>{MENU}",
        f"<script>1</script><style>a::before {{content: '<b>{STORY}'}}</STYLE>{MENU}<script>'{STORY}'</script>",
        f"{'&#1078;&#x436; ' * 300}{MENU}<p>A de&#115;erter.</p>",
        f'<p class="russian soldier deserted">Fine weather.</p>{MENU}',
        f"<p>Russian weather.</p>{FAR}<p>He left.</p>{FAR}<p>A soldier.</p>",
        f"<p>The deserter came from Portugal.</p>{MENU}",
    ],
)
def test_what_no_verdict_could_keep_goes_home(source: str) -> None:
    assert not scan(source.encode())


@pytest.mark.parametrize("encoding", ["windows-1252", "windows-1257", "iso-8859-15"])
def test_a_page_in_an_old_encoding_is_read_though_its_accents_are_those_of_another(encoding: str) -> None:
    body = f"<p>«Ä Ö Ü» Der Überläufer, ein russischer Soldat, wurde fahnenflüchtig.</p>{FAR}".encode(encoding)
    assert not is_utf8(body)
    assert scan(body)


@pytest.mark.parametrize(
    ("line", "encoding"),
    [
        ("ст 337", "windows-1251"),
        ("СОЧ в РФ", "koi8-r"),
        ("俄军叛逃", "big5"),
        ("俄&#20891;叛&#36867;", "gb18030"),
        ("Ро&#1089;сия: де&#1079;ертир", "iso-8859-5"),
    ],
)
def test_the_shortest_acts_of_other_scripts_are_read_in_their_encodings(line: str, encoding: str) -> None:
    body = f"<p>{line}</p>{FAR}".encode(encoding, "xmlcharrefreplace")
    assert may_be_kept(line, "zh" if "俄" in line else "ru")
    assert scan(body)


@pytest.mark.parametrize("before", range(999_980, 1_000_020, 3))
def test_a_large_page_is_looked_at_in_pieces_and_loses_nothing_between_them(before: int) -> None:
    start = ("<p>a</p>" * before)[: before - 3] + "<p>"
    shown = f"{start}<script>let a = 1;</script><p>{STORY}</p><script>let b = 2;</script>"
    hidden = f"{start}<script>let a = '{STORY}';</script>{'<p>b</p>' * 200_000}<script>let b = 2;</script>"
    assert scan(shown.encode())
    assert scan(bytearray(shown.encode()))
    assert not scan(hidden.encode())


def test_no_language_stands_in_two_groups_of_acts_and_none_is_left_out() -> None:
    groups = list(searches().acts)
    assert sorted(name for group in groups for name in group) == sorted(load().languages)


def test_two_threads_may_look_at_once() -> None:
    texts = [page(STORY).encode() * 20, page("The weather is fine.").encode() * 20]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda turn: (scan(texts[turn % 2]), mentions(STORY)), range(400)))
    assert told == [(turn % 2 == 0, True) for turn in range(400)]
