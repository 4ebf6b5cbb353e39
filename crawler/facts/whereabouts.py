"""A page with its places and people in, the roles of places and those places that would lead to someone out."""

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.facts.nouns import broken
from crawler.facts.page import Page, Span
from crawler.facts.people import Person
from crawler.facts.places import Place

_REMOVAL = 6  # words between a place and the word for deportation
_ROLES = (
    ("outof", "fled from", 2),
    ("via", "passed through", 3),
    ("claim", "asks asylum in", 8),
    ("in", "is in", 1),
)
_LEFT = frozenset({"ru", "by"})  # nobody asks these for asylum from Russia's army
_CLAIMED_THERE = 6  # words behind a place within which "where he asked for asylum" speaks of it
_COURT = 3  # words between a court and the place where it sits


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place below the level of a country near which someone protected lives or hides."""

    name: str
    country: str
    span: Span


def role_of(page: Page, place: Place) -> str:
    """What the place is in the report, from the words before it; empty where they do not tell."""
    sentence = page.sentence(place.span[0])
    removed = _removed(page, place, sentence)
    if removed:
        return removed
    claimed = page.within("claim", place.span[1] + 1, min(sentence[1], place.span[1] + _CLAIMED_THERE))
    if claimed and page.gap(place.span[1]).strip() == "," and not broken(page, place.span[1] + 1, claimed[0][0], ",;"):
        return "asks asylum in"
    if page.language.postposed and page.within("via", place.span[1] + 1, min(sentence[1], place.span[1] + 1)):
        return "passed through"
    for cue, role, reach in _ROLES:
        led = page.within(cue, max(sentence[0], place.span[0] - reach), place.span[0] - 1)
        if any(not broken(page, span[1], place.span[0], ";") for span in led) and _can_be(page, place, cue):
            return role
    return ""


def _can_be(page: Page, place: Place, cue: str) -> bool:
    """Whether a cue before the place can be its own: nobody flees from "the court of Nantes", or to Russia."""
    if cue == "via":
        return not page.language.postposed
    if cue == "claim":
        return place.country not in _LEFT
    return cue != "outof" or not (place.city and _is_seat(page, place, page.sentence(place.span[0])))


def _removed(page: Page, place: Place, sentence: Span) -> str:
    """Whether somebody was deported or extradited from the place, or to it."""
    first = place.span[0]
    for cue in ("deport", "extradite"):
        if page.within(cue, first + 1, min(sentence[1], first + _REMOVAL)) and not _is_behind(page, cue, first):
            return "deported from"
        if page.within(cue, max(sentence[0], first - _REMOVAL), first - 1):
            left = page.within("outof", max(sentence[0], first - 2), first - 1)
            return "deported from" if left else "deported to"
    return ""


def _is_behind(page: Page, cue: str, first: int) -> bool:
    return bool(page.within(cue, max(page.sentence(first)[0], first - _REMOVAL), first - 1))


def whereabouts(page: Page, places: Sequence[Place], people: Sequence[Person]) -> list[Spot]:
    """Cities and villages named in a sentence, or right after one, that speaks of someone protected."""
    guarded = {page.sentence(each.span[0]) for each in people if not each.public or each.role == "convict"}
    guarded |= {page.sentence(span[0]) for span in page.hits.get("fugitive", ())}
    spots: list[Spot] = []
    for place in places:
        sentence = page.sentence(place.span[0])
        before = page.before(place.span[0])
        close = sentence in guarded or (before in guarded)
        if place.city and close and not _is_seat(page, place, sentence):
            spots.append(Spot(name=place.city, country=place.country, span=place.span))
    return spots + _villages(page, guarded, {spot.span for spot in spots})


def _is_seat(page: Page, place: Place, sentence: Span) -> bool:
    """Whether a court sits in the place."""
    near = (max(sentence[0], place.span[0] - _COURT), min(sentence[1], place.span[1] + _COURT))
    return page.has("court", near)


def _villages(page: Page, guarded: set[Span], known: set[Span]) -> list[Spot]:
    """Names behind a word for village, street and the like."""
    found = []
    for span in page.hits.get("settlement", ()):
        first = span[1] + 1
        sentence = page.sentence(span[0])
        if sentence not in guarded or first > sentence[1] or not page.raw(first)[:1].isupper():
            continue
        last = first
        while last < sentence[1] and page.raw(last + 1)[:1].isupper() and not page.gap(last).strip():
            last += 1
        if (first, last) not in known:
            found.append(Spot(name=page.quote(first, last)[2], country="", span=(first, last)))
    return found
