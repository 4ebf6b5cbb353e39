"""Facts: an article in, its figures, decisions, mentions and cited sources out, each with the words that prove it."""

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.facts.citations import citations, evidence
from crawler.facts.decisions import decisions
from crawler.facts.figures import Counted, counted
from crawler.facts.organisations import Named, organisations
from crawler.facts.page import Page, read
from crawler.facts.people import Person, blocked, people
from crawler.facts.periods import Period, periods
from crawler.facts.places import Place, places
from crawler.facts.quantities import Form, quantities
from crawler.facts.revising import changes
from crawler.facts.sayings import carried, period_of, said
from crawler.facts.whereabouts import role_of, whereabouts
from db import spelling
from db.model import Article, Decision, DecisionKind, Evidence, Facts, Figure, FigureType, Mention, MentionKind

__all__ = ["changes", "find"]


_BY_STATES = frozenset({
    DecisionKind.GRANTED, DecisionKind.REFUSED, DecisionKind.VISA, DecisionKind.DETAINED, DecisionKind.SENTENCED,
    DecisionKind.CHARGED,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A page with everything that is named in it."""

    page: Page
    named: list[Named]
    places: list[Place]
    people: list[Person]
    periods: list[Period]


def find(article: Article, home: str = "") -> Facts:
    """What ``article`` says, piece by piece; offsets count in its text.

    ``home`` is the country of its publisher (ISO code), in which things happen where no other is named.
    """
    found = _read(article)
    page = found.page
    figures = carried([(each, _figure(found, each)) for each in counted(page)], page)
    decided = _decisions(found, home, figures)
    return Facts(
        figures=tuple(figures),
        decisions=tuple(decided),
        mentions=tuple(_mentions(found, decided)),
        protected=tuple(_protected(found)),
        citations=tuple(citations(page, found.named)),
    )


def _read(article: Article) -> _Read:
    page = read(article.text, article.language)
    named = organisations(page)
    taken = frozenset(at for each in named for at in range(each.span[0], each.span[1] + 1))
    spots = places(page, taken)
    homes = [each.span for each in named if not each.is_newsroom]
    persons = people(page, blocked(page, taken, spots), homes)
    own = frozenset(at for each in persons for at in range(each.span[0], each.span[1] + 1))
    spots = [place for place in spots if place.span[0] not in own]
    return _Read(page=page, named=named, places=spots, people=persons, periods=periods(page, article.published_on))


# -- figures


def _figure(found: _Read, each: Counted) -> Figure:
    page, quantity = found.page, each.quantity
    whose = said(page, each, found.named, found.people)
    period = period_of(page, each, found.periods)
    return Figure(
        evidence=_quoted(page, each),
        type=each.type,
        low=quantity.low,
        high=quantity.high,
        unit=each.unit,
        counted=page.quote(*each.noun)[2] if each.noun else "",
        territory=_territory(found, each),
        starts=period.starts if period else None,
        ends=period.ends if period else None,
        period_certainty=period.certainty if period else 0.0,
        cumulative=bool(period and period.open) or page.has("total", page.sentence(quantity.core[0])),
        per=_each(page, each),
        speaker=whose.speaker,
        organisation=whose.organisation,
        certainty=each.certainty,
    )


def _quoted(page: Page, each: Counted) -> Evidence:
    """The words of the figure, with the percent sign or the full stop of an abbreviation behind them."""
    start, end, _ = page.quote(*each.quantity.span)
    if page.words.forms[each.quantity.span[1]] in page.language.abbreviations and page.text[end : end + 1] == ".":
        end += 1
    if each.quantity.form is Form.PERCENT:
        sign = len(page.text[end:]) - len(page.text[end:].lstrip())
        end = end + sign + 1 if page.text[end + sign : end + sign + 1] in {"%", "٪", "％"} else end
    return Evidence(start=start, end=end, quote=page.text[start:end])


def _territory(found: _Read, each: Counted) -> str:
    """The country that the figure is about: of asylum the one named nearest, of the army's own Russia."""
    if each.type in {FigureType.ABSENCE_CASES, FigureType.VERDICTS, FigureType.CHARGES, FigureType.DESERTERS}:
        return "ua" if _is_ukraines(found, each) else "ru"
    sentence = found.page.sentence(each.quantity.core[0])
    here = [p for p in found.places if sentence[0] <= p.span[0] <= sentence[1] and p.country not in {"ru", "ua"}]
    nearest = min(here, key=lambda place: abs(place.span[0] - each.quantity.core[0]), default=None)
    return nearest.country if nearest else ""


def _is_ukraines(found: _Read, each: Counted) -> bool:
    """Whether the sentence speaks of Ukraine and not of Russia."""
    first, last = found.page.sentence(each.quantity.core[0])
    named = {place.country for place in found.places if first <= place.span[0] <= last}
    return "ua" in named and "ru" not in named


def _each(page: Page, each: Counted) -> str:
    last = each.noun[1] if each.noun else each.quantity.core[1]
    sentence = page.sentence(each.quantity.core[0])
    before = [span for span in page.hits.get("each", ()) if span[1] == each.quantity.span[0] - 1]  # "every month 200"
    span = next(iter([*page.within("each", last + 1, min(sentence[1], last + 4)), *before]), None)
    return page.quote(*span)[2] if span else ""


# -- decisions, mentions


def _decisions(found: _Read, home: str, figures: Sequence[Figure]) -> list[Decision]:
    page = found.page
    seats = [Place(country=each.country, span=each.span, nation=True) for each in found.named if each.country]
    theirs = {at for each in found.named if each.is_newsroom for at in range(each.span[0] - 3, each.span[0])}
    lands = [place for place in found.places if not (place.nation and place.span[0] in theirs)]  # "the British daily"
    spots = sorted([*lands, *seats], key=lambda place: place.span)
    seat = home if home not in {"", "zz", "ru", "ua"} else page.language.home
    return decisions(page, spots, (quantities(page), found.periods, figures), seat)


def _mentions(found: _Read, decided: Sequence[Decision]) -> list[Mention]:
    page = found.page
    deciders = {each.country for each in decided if each.kind in _BY_STATES}
    mentions = [
        Mention(evidence=evidence(page, each.span), kind=MentionKind.ORGANISATION, name=each.name, role=each.kind)
        for each in found.named
    ]
    mentions += [
        Mention(
            evidence=evidence(page, each.span), kind=MentionKind.COUNTRY, name=each.country, country=each.country,
            role=_role(page, each, deciders),
        )
        for each in found.places
        if not each.nation and not each.city
    ]  # fmt: skip
    guarded = {spot.span for spot in whereabouts(page, found.places, found.people)}
    mentions += [
        Mention(
            evidence=evidence(page, each.span), kind=MentionKind.CITY, name=each.city, country=each.country,
            role=role_of(page, each), certainty=0.8,
        )
        for each in found.places
        if each.city and each.span not in guarded
    ]  # fmt: skip
    mentions += [_person(page, each) for each in found.people if each.public]
    return sorted(mentions, key=lambda each: each.evidence.start)


def _role(page: Page, place: Place, deciders: set[str]) -> str:
    """The role of a country; one that decided something is that before it is where somebody is."""
    role = role_of(page, place)
    return "decided by" if place.country in deciders and role in {"", "is in"} else role


def _protected(found: _Read) -> list[Mention]:
    page = found.page
    hidden = [_person(page, each) for each in found.people if not each.public]
    spots = [
        Mention(evidence=evidence(page, each.span), kind=MentionKind.CITY, name=each.name, country=each.country)
        for each in whereabouts(page, found.places, found.people)
    ]
    return sorted([*hidden, *spots], key=lambda each: each.evidence.start)


def _person(page: Page, each: Person) -> Mention:
    start, _, _ = page.quote(*each.span)
    end = start + len(each.name)
    shown = Evidence(start=start, end=end, quote=page.text[start:end])
    return Mention(
        evidence=shown,
        kind=MentionKind.PERSON,
        name=spelling.canonical(each.name),
        role=each.role,
        certainty=0.9 if each.certain else 0.5,
    )
