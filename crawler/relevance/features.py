"""The terms found in an article in, the figures of its score out: which acts, whose, how near, in which zone."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log1p

from crawler.terms import Hit
from crawler.topics import Topic
from crawler.words import Words
from db.model import Zone

ACTS = ("desertion", "absence", "refusal", "evasion", "helpers", "defection", "leaving", "flight", "asylum")
OURS = ("russia", "force", "helpers")
ARMED = ("soldier", "army", "force", "draft")
AFTERMATH = ("asylum", "shelter", "justice", "return")
NOISE = ("fiction", "reference", "politics", "spy")
_LEAD = 60  # words of the text that count as its lead
_NEIGHBOUR, _NEAR = 15, 0.45  # an act in everyday words needs its company within 18 words of its sentence
_APART, _PASSAGE, _AROUND = 50, 100, 30  # words: between acts of one passage, its length, and what is read around it
_FAINT = 0.15  # of another side's nearness; less is none
_TITLE_APART = 8  # words between the title and the text, as far as nearness goes


@dataclass(frozen=True, slots=True)
class Spot:
    """A hit with its place in the whole article: zone, sentence, and number of its first and last word."""

    hit: Hit
    zone: Zone
    sentence: int
    first: int
    last: int


@dataclass(slots=True)
class Field:
    """All spots of an article, and the first words of those of each role, in order."""

    spots: list[Spot] = field(default_factory=list)
    places: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    sentences: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    words: int = 0

    def near(self, role: str, at: Spot, scale: float = 6.0) -> float:
        """How near the nearest spot of ``role`` is: 1 beside it, less with words between and in other sentences."""
        places = self.places.get(role)
        if not places:
            return 0.0
        index = bisect_left(places, at.first)
        return max(self._nearness(role, which, at, scale) for which in (index - 1, index) if 0 <= which < len(places))

    def _nearness(self, role: str, which: int, at: Spot, scale: float) -> float:
        apart = max(abs(self.places[role][which] - at.first) - 1, 0)
        across = abs(self.sentences[role][which] - at.sentence)
        weight = 1.0 if across == 0 else 0.6 if across == 1 else 0.3
        return weight / (1.0 + apart / scale)


@dataclass(frozen=True, slots=True)
class Act:
    """One act found: its role and zone, how much it is about Russia's soldiers, and what stands near it."""

    spot: Spot
    ours: float
    theirs: float
    armed: float
    aftermath: float
    noise: float

    @property
    def worth(self) -> float:
        """From 0 to 1: how surely this act is one of Russia's soldiers."""
        return self.ours / (self.ours + self.theirs + 0.1) * (0.6 + 0.4 * self.armed)


def survey(title: tuple[Words, list[Hit]], text: tuple[Words, list[Hit]]) -> Field:
    """Lay out the hits of a headline and a text on one line of words."""
    found = Field(words=len(text[0].forms))
    shift = len(title[0].forms) + _TITLE_APART
    last_sentence = title[0].sentences[-1] if title[0].sentences else 0
    spots = [Spot(hit, Zone.TITLE, 0, hit.first, hit.last) for hit in title[1]]
    for hit in text[1]:
        zone = Zone.LEAD if hit.first < _LEAD else Zone.BODY
        spots.append(
            Spot(hit, zone, last_sentence + 1 + text[0].sentences[hit.first], hit.first + shift, hit.last + shift)
        )
    for spot in spots:
        found.spots.append(spot)
        found.places[spot.hit.role].append(spot.first)
        found.sentences[spot.hit.role].append(spot.sentence)
    return found


def acts(found: Field, topic: Topic, *, home: bool) -> list[Act]:
    """Every act in ``found``; in everyday words only near what it needs. ``home``: no country named means Russia."""
    return [
        _act(found, spot, home=home)
        for spot in found.spots
        if spot.hit.role in ACTS and _counts(found, spot, topic.company(spot.hit.role))
    ]


def _counts(found: Field, spot: Spot, company: frozenset[str]) -> bool:
    return not company or any(found.near(role, spot, _NEIGHBOUR) > _NEAR for role in company)


def _act(found: Field, spot: Spot, *, home: bool) -> Act:
    ours = max(found.near(role, spot) for role in OURS)
    theirs = max(
        found.near("ukraine_army", spot),
        0.3 * found.near("ukraine", spot, 3),
        found.near("other_army", spot),
        found.near("history", spot),
    )
    return Act(
        spot=spot,
        ours=max(ours, _floor(found, theirs, home=home)),
        theirs=theirs,
        armed=max(found.near(role, spot, 10) for role in ARMED),
        aftermath=max(found.near(role, spot, 12) for role in AFTERMATH),
        noise=max(found.near(role, spot, 10) for role in NOISE),
    )


def _floor(found: Field, theirs: float, *, home: bool) -> float:
    """The least that an act is Russia's: where the text is Russian, or names Russia and no other side nearby."""
    named = theirs < _FAINT and any(found.places.get(role) for role in OURS)
    return 0.3 if named else 0.25 if home else 0.0


def measure(found: Field, doing: list[Act]) -> list[dict[str, float]]:
    """The figures of each passage with acts, by name; what is absent is zero. The headline belongs to every passage."""
    whole = {
        "all": log1p(sum(act.worth for act in doing)),
        "abroad": sum(act.theirs > act.ours for act in doing) / max(len(doing), 1),
    } | {f"title_{spot.hit.role}": 1.0 for spot in found.spots if spot.zone is Zone.TITLE}
    return [_passage(found, acts_here) | whole for acts_here in _passages(doing)]


def _passages(doing: list[Act]) -> Iterator[list[Act]]:
    """Acts that stand near one another, in order; a passage has about a hundred words."""
    passage: list[Act] = []
    for act in sorted(doing, key=lambda each: each.spot.first):
        if passage and (
            act.spot.first - passage[-1].spot.last > _APART or act.spot.first - passage[0].spot.first > _PASSAGE
        ):
            yield passage
            passage = []
        passage.append(act)
    if passage:
        yield passage


def _passage(found: Field, doing: list[Act]) -> dict[str, float]:
    figures: dict[str, float] = {"kinds": len({act.spot.hit.role for act in doing if act.worth > 0.3}) / 4}
    for act in doing:
        _raise(figures, f"act_{act.spot.hit.role}", act.worth)
        _raise(figures, "in_title" if act.spot.zone is Zone.TITLE else "in_text", act.worth)
        _raise(figures, "after", act.worth * act.aftermath)
        _raise(figures, "armed", act.worth * act.armed)
        _raise(figures, "noisy", act.noise)
        _raise(figures, "theirs", act.theirs)
        _raise(figures, "ours", act.ours)
    figures["many"] = log1p(sum(act.worth for act in doing))
    figures["doubt"] = log1p(sum(act.theirs / (act.ours + act.theirs + 0.1) for act in doing))
    start, end = doing[0].spot.first - _AROUND, doing[-1].spot.last + _AROUND
    for role, places in found.places.items():
        count = bisect_left(places, end) - bisect_left(places, start)
        if count and role not in ACTS:
            figures[f"has_{role}"] = log1p(count)
    return figures


def _raise(figures: dict[str, float], name: str, value: float) -> None:
    if value > figures.get(name, 0.0):
        figures[name] = value
