"""A read page in, the countries and cities that it names out, and the countries that its adjectives point to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawler.facts.names import names
from crawler.facts.page import Page, Span
from crawler.words import fold, is_small
from db.spelling import latin

CITIES = Path(__file__).with_name("cities.tsv")
_SHORTEST = 4
_LONGEST = 3  # words of a city's name
_WRITTEN = re.compile(r"[a-zа-яіїєґѐ-ӿα-ω0-9]", re.IGNORECASE)
_VOWELS = "aeiouyаеиоуыэюяіїєьъαεηιουω"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place where a text names it: ``country`` in lower case, the city's name where it is one."""

    country: str
    span: Span
    city: str = ""
    nation: bool = False


def places(page: Page, taken: frozenset[int] = frozenset()) -> list[Place]:
    """Countries, cities and nations of ``page`` in order; words that are ``taken`` by other names are left aside."""
    found = [*_named(page, "country"), *_named(page, "nation"), *_named(page, "city"), *_cities(page)]
    kept: list[Place] = []
    seen = set(taken)
    for place in sorted(
        found, key=lambda each: (-(each.span[1] - each.span[0]), each.nation, bool(each.city), each.span)
    ):
        words = set(range(place.span[0], place.span[1] + 1))
        if not words & seen:
            seen |= words
            kept.append(place)
    return sorted(kept, key=lambda each: each.span)


def _named(page: Page, what: str) -> Iterator[Place]:
    for role, spans in page.hits.items():
        if not role.startswith(f"{what}:"):
            continue
        country = role.partition(":")[2].lower()
        for span in spans:
            if what == "nation":
                yield Place(country=country, span=span, nation=True)
            elif _is_name(page, span) and _is_whole(page, span):
                city = page.quote(*span)[2] if what == "city" else ""
                yield Place(country=country, span=span, city=city)


def _is_name(page: Page, span: Span) -> bool:
    return not is_small(page.raw(span[0]))


def _is_whole(page: Page, span: Span) -> bool:
    """Whether a name stands as it is, or is inflected and no adjective of a nation."""
    if not page.language.endings or page.words.forms[span[0]] in page.language.countries:
        return True
    others = [other for other in page.hits if other.startswith("nation:") and span in page.hits[other]]
    return not others


@cache
def _table() -> dict[str, tuple[str, str]]:
    """Country and name of each city by its folded form."""
    table: dict[str, tuple[str, str]] = {}
    for line in CITIES.read_text(encoding="utf-8").splitlines():
        country, name, forms = line.split("\t")
        for form in forms.split("|"):
            table.setdefault(form, (country.lower(), name))
    return table


@cache
def _stems() -> dict[str, tuple[str, str]]:
    """The same by the forms without their last vowel, for languages that inflect names."""
    stems = {form[:-1]: city for form, city in _table().items() if form[-1] in _VOWELS and len(form) > _SHORTEST + 1}
    return {**stems, **_table()}


def _cities(page: Page) -> Iterator[Place]:
    at = 0
    while at < len(page.words.forms):
        found = _city_at(page, at)
        if found:
            yield found
            at = found.span[1]
        at += 1


def _city_at(page: Page, at: int) -> Place | None:
    if is_small(page.raw(at)) or len(page.words.forms[at]) < _SHORTEST - 1:
        return None
    for length in range(_LONGEST, 0, -1):
        last = at + length - 1
        if last >= len(page.words.forms) or any(not page.joins(n) for n in range(at, last)):
            continue
        city = _looked_up(" ".join(page.words.forms[at : last + 1]), page.language.endings)
        if city and len(page.words.forms[at]) >= _SHORTEST and page.raw(at) not in page.language.falsefriends:
            return Place(country=city[0], city=city[1], span=(at, last))
    return None


@cache
def _cases() -> frozenset[str]:
    return frozenset(names().cases.split())


def _looked_up(form: str, endings: int) -> tuple[str, str] | None:
    if not endings:
        return _table().get(fold(form))
    if not _WRITTEN.match(form):  # the table of cities knows Latin, Cyrillic and Greek
        form, endings = latin(form).lower(), endings + 2
    for cut in range(min(endings, len(form) - _SHORTEST) + 1):
        city = _stems().get(form[: len(form) - cut])
        if city and (not cut or form[len(form) - cut :] in _cases()):
            return city
    return None
