"""What the places of a page say of its headline in, the likeliest of them out.

Every place (JSON-LD, meta elements, the title element, headings) gives its wording and, where that has separators, its
pieces; each such candidate is scored by a few figures with learned weights (a conditional logit: McFadden 1974) from
``benchmarks.train_headlines``. The same wording in several places, the address and the site's name tell most.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

_SEPARATOR = re.compile(r"\s+[|–—·»•:-]+\s+|\s*[|»]\s*")
_WORD = re.compile(r"\w+")
_CURLY = re.compile("[‘’“”]")
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_CHANCE = 3  # letters; a shorter name stands in other words
_HEADINGS = 4  # further headings of the first rank are parts of the page
_WHOLE = frozenset({"linked", "og", "twitter", "title", "heading", "later_heading"})
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page says of its headline: by place, its headings of the first rank, its site's name and its address."""

    places: Mapping[str, str]
    headings: Sequence[str]
    site: str
    url: str


def best(told: Told) -> str:
    """The likeliest headline; empty where the page says none."""
    found = candidates(told)
    weights = _weights()
    score = {text: sum(weights.get(name, 0.0) * value for name, value in figures.items()) for text, figures in found}
    return max(score, key=score.__getitem__, default="")


def candidates(told: Told) -> list[tuple[str, Figures]]:
    """Every wording with its figures, in the order of the places."""
    saying = _sayings(told)
    letters = {text: _letters(text) for text in saying}
    first = plain(told.headings[0]) if told.headings else ""
    return [(text, _figures(text, saying, letters, told, first)) for text in saying]


def plain(text: str) -> str:
    """``text`` with white space folded and without invisible characters."""
    return " ".join(text.translate(_INVISIBLE).split())


def _sayings(told: Told) -> dict[str, set[str]]:
    """The wordings, each with the places that say it."""
    saying: dict[str, set[str]] = {}
    for place, said in told.places.items():
        text = plain(said)
        saying.setdefault(text, set()).add(place)
        cuts = list(_SEPARATOR.finditer(text))
        if cuts:
            saying.setdefault(text[: cuts[-1].start()], set()).add("less_last")
            saying.setdefault(text[: cuts[0].start()], set()).add("first_piece")
            saying.setdefault(text[cuts[0].end() :], set()).add("less_first")
    for at, heading in enumerate(told.headings[:_HEADINGS]):
        saying.setdefault(plain(heading), set()).add("later_heading" if at else "heading")
    saying.pop("", None)
    return saying


def _figures(text: str, saying: Mapping[str, set[str]], letters: Mapping[str, str], told: Told, first: str) -> Figures:
    mine = letters[text]
    alike = set().union(*(saying[other] for other in saying if letters[other] == mine))
    site, host = _letters(told.site), _letters((urlsplit(told.url).hostname or "").removeprefix("www.").split(".")[0])
    words, path = _words(text), _words(urlsplit(told.url).path)
    figures = dict.fromkeys(saying[text], 1.0) | {f"alike_{place}": 1.0 for place in alike}
    figures |= {
        "places": float(len(saying[text] & _WHOLE)),
        "alike_places": float(len(alike & _WHOLE)),
        "separated": float(bool(_SEPARATOR.search(text))),
        "is_site": float(mine in (site, host)),
        "names_site": float(
            any(len(name) > _CHANCE and name in mine and name != mine for name in (site, host))
        ),  # shorter is chance
        "length": min(len(text), 150) / 100,
        "short": float(len(text) < 15),  # characters
        "shortish": float(len(text) < 25),  # characters
        "within": float(any(mine in other and mine != other for other in letters.values())),
        "holds": float(any(other in mine and mine != other for other in letters.values() if other)),
        "like_heading": _alike(words, _words(first)),
        "like_og": _alike(words, _words(told.places.get("og", ""))),
        "like_linked": _alike(words, _words(told.places.get("linked", ""))),
        "in_address": len(words & path) / (len(words) or 1),
        "curly": float(bool(_CURLY.search(text))),
        "capitals": float(text.isupper()),
        "only_heading": float(len(told.headings) == 1 and "heading" in saying[text]),
        "alike_only_heading": float(len(told.headings) == 1 and "heading" in alike),
        "one_of_headings": float(len(told.headings) > 1 and "heading" in saying[text]),
        "cut": float(text.endswith(("...", "…"))),
        "lower": float(text[0].islower()),
    }
    return figures


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard index."""
    return len(one & other) / (len(one | other) or 1)


@cache
def _weights() -> dict[str, float]:
    told = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {name: float(weight) for name, weight in told["weights"].items()}
