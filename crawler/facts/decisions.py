"""A read page with its places and organisations in, what was done or decided out: by whom, where, for how many."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from crawler.facts.citations import evidence
from crawler.facts.nouns import broken, is_of_claims
from crawler.facts.otherwise import is_no_figure
from crawler.facts.page import Page, Span
from crawler.facts.particulars import ARTICLE, KINDS, Told, articles, between, court, is_apart, papers, people, term
from crawler.facts.periods import Period
from crawler.facts.places import Place
from crawler.facts.quantities import Form, Quantity
from db.model import Decision, DecisionKind, Figure, FigureType

_HOME = frozenset({"ru", "ua"})  # not where asylum is decided on
_AT_HOME = frozenset({DecisionKind.SENTENCED, DecisionKind.CHARGED, DecisionKind.RETURNED, DecisionKind.EXCHANGED})
_BY_MANY = frozenset({DecisionKind.GRANTED, DecisionKind.REFUSED, DecisionKind.VISA})  # several states do alike
_ACTS_AT = 3  # words between several countries and what they did
UNION = "eu"  # names no country: "a country of the EU"
_FROM = frozenset({DecisionKind.DEPORTED, DecisionKind.EXTRADITED})
_DENIED = 6  # the same for a denial, or for what undid the deed
_DOUBT_BEFORE, _DOUBT_AFTER = 5, 2  # words within which a doubt or a denial reaches a deed
_CONTRARY = {DecisionKind.GRANTED: "refuse", DecisionKind.REFUSED: "grant"}
_NO_VISAS = frozenset({"am", "az", "by", "ge", "kg", "kz", "md", "mn", "rs", "tj", "tr", "uz"})  # Russians need none
_VISAS = ("visa", "visum", "viis", "viz", "wiz", "віз", "виз", "laissez", "ვიზ")
_COUNTED = {
    FigureType.GRANTS: DecisionKind.GRANTED,
    FigureType.REFUSALS: DecisionKind.REFUSED,
    FigureType.ASYLUM_CLAIMS: DecisionKind.CLAIMED,
}
# What a figure's deed is, where the sentence tells it by a word: visas granted are no asylum.
_OF_SAME = {DecisionKind.GRANTED: DecisionKind.VISA, DecisionKind.CLAIMED: DecisionKind.REFUSED}


def decisions(page: Page, places: Sequence[Place], told: Told, home: str) -> list[Decision]:
    """What was done or decided in ``page``; not what is feared, hoped for, planned or denied.

    ``home`` is the country that decides where ``page`` names none.
    """
    found: list[Decision] = []
    main = _main_country(places) or home
    taken: set[tuple[str, Span]] = set()
    for role, kind in KINDS.items():
        for span in _longest(_about_others(page, role)):
            sentence = page.sentence(span[0])
            if (
                (role, sentence) in taken
                or _is_unreal(page, span, kind, sentence)
                or _is_count(page, kind, sentence, told[2])
            ):
                continue
            taken.add((role, sentence))
            found.extend(_decided(page, span, kind, (places, main), told))
    found.extend(_counted(page, (places, main), told, {(each.kind, each.evidence.start) for each in found}))
    placed = {each.kind for each in found if each.country}
    found = [each for each in found if each.country or each.kind not in placed]
    return sorted(found, key=lambda each: (each.evidence.start, each.kind, each.country))


def _counted(
    page: Page, where: tuple[Sequence[Place], str], told: Told, known: set[tuple[DecisionKind, int]]
) -> list[Decision]:
    """What figures tell of decisions: "349 of them received protection"."""
    found: list[Decision] = []
    for figure in told[2]:
        at = page.at(figure.evidence.start)
        sentence = page.sentence(at)
        kind = DecisionKind.SENTENCED if _is_term(page, figure, sentence) else _COUNTED.get(figure.type)
        start = page.words.starts[sentence[0]]
        told_in_words = kind in _OF_SAME and (
            (_OF_SAME[kind], start) in known or (kind is DecisionKind.GRANTED and _speaks_of_visas(page, sentence))
        )
        if kind and not told_in_words and (kind, start) not in known and figure.certainty >= 0.7:
            known.add((kind, start))
            found.extend(_decided(page, (at, at), kind, where, told))
    return found


def _is_count(page: Page, kind: DecisionKind, sentence: Span, figures: Sequence[Figure]) -> bool:
    """Whether the sentence counts verdicts: a figure, and not a decision on somebody."""
    start, end, _ = page.quote(*sentence)
    return kind is DecisionKind.SENTENCED and any(
        figure.type is FigureType.VERDICTS and start <= figure.evidence.start < end for figure in figures
    )


def _is_term(page: Page, figure: Figure, sentence: Span) -> bool:
    """Whether a prison term was imposed, and is not what the law threatens."""
    exact = figure.type is FigureType.PRISON_YEARS and figure.low == figure.high
    threat = any(page.has(role, sentence) for role in ("unreal", "article"))
    return exact and not threat and (page.has("court", sentence) or page.has("sentence", sentence))


def _about_others(page: Page, role: str) -> list[Span]:
    """Where ``role`` stands, but for a refusal that is the man's own: "asylum for four who refused to fight".

    And but for a claim of which only the refusal is told, for papers that are handed over, for claims received.
    """
    own = _own_refusals(page) if role == "refuse" else frozenset()
    spans = [span for span in page.hits.get(role, ()) if not own.intersection(span)]
    if role == "claim":
        return [span for span in spans if not _is_answered(page, span)]
    if role == "refuse":
        return [span for span in spans if not _is_unasked(page, span)]
    if role == "grant":
        return [span for span in spans if not is_of_claims(page, span)]
    if role == "extradite":
        handed = {span[0] for span in page.hits.get("visa", ())}
        return [span for span in spans if span[0] not in handed]
    return spans


def _is_answered(page: Page, span: Span) -> bool:
    """Whether a claim is only what was refused: "rejected his request for asylum"."""
    refusals = [each for each in page.hits.get("refuse", ()) if each[0] <= span[1] and span[0] <= each[1]]
    return any(not broken(page, *each, ";,\n") for each in refusals)


def _is_unasked(page: Page, span: Span) -> bool:
    """Whether what was not given had not been asked for: "he claimed no asylum"."""
    says_no = any(each[0] == span[0] for each in page.hits.get("not", ()))
    return says_no and any(span[0] < each[0] <= span[1] for each in page.hits.get("claim", ()))


def _speaks_of_visas(page: Page, sentence: Span) -> bool:
    return any(form.startswith(_VISAS) for form in page.words.forms[sentence[0] : sentence[1] + 1])


def _own_refusals(page: Page) -> frozenset[int]:
    """The first words of what a deserter did, if told in several words: "refused to fight"."""
    return frozenset(span[0] for span in page.hits.get("deserted", ()) if span[0] < span[1])


def _longest(spans: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda each: (each[0], -each[1])):
        if not kept or span[0] > kept[-1][1]:
            kept.append(span)
    return kept


def _is_unreal(page: Page, span: Span, kind: DecisionKind, sentence: Span) -> bool:
    first, last = _clause(page, span, sentence)
    own = _own_refusals(page) | ({span[0]} if kind is DecisionKind.REFUSED else set())
    before = (max(first, span[0] - _DOUBT_BEFORE), span[1])
    doubts = [
        each for each in page.within("unreal", before[0], min(last, span[1] + _DOUBT_AFTER)) if each[0] not in own
    ]
    denied = [
        each
        for each in page.within("not", max(first, span[0] - _DENIED), span[1])
        if not (kind is DecisionKind.REFUSED and _says_no(page, each, span))
    ]
    undone = page.within("undone", max(first, span[0] - _DENIED), min(last, span[1] + _DENIED))
    return bool(doubts or denied or undone or _is_feared_before(page, first, sentence))


def _says_no(page: Page, no: Span, span: Span) -> bool:
    """Whether a "no" is the refusal: "denied asylum", "no asylum for"; not "denied that asylum was refused"."""
    joined = any(each[0] == no[1] + 1 for each in page.hits.get("that", ()))
    return no[0] in span and not joined


def _is_feared_before(page: Page, first: int, sentence: Span) -> bool:
    """Whether the clause hangs on a doubt before it: "he fears that he will be handed over"."""
    joined = any(span[0] == first for span in page.hits.get("that", ()))
    return joined and page.has("unreal", (max(sentence[0], first - _DENIED), first - 1))


def _clause(page: Page, span: Span, sentence: Span) -> Span:
    """The part of the sentence between commas and the like in which ``span`` stands."""
    first, last = span
    while first > sentence[0] and not any(mark in page.gap(first - 1) for mark in ",;:–—"):
        first -= 1
    while last < sentence[1] and not any(mark in page.gap(last) for mark in ",;:–—"):
        last += 1
    return first, last


def _decided(
    page: Page,
    span: Span,
    kind: DecisionKind,
    where: tuple[Sequence[Place], str],
    told: Told,
) -> list[Decision]:
    sentence = page.sentence(span[0])
    quantities, periods, _ = told
    tails = _tails(page, span, kind, where[0], quantities)
    places = [place for place in where[0] if place.span not in tails]
    wanted, certainty = _countries(page, span, kind, (places, where[1]))
    number = people(page, span, sentence, quantities) or papers(page, kind, span, sentence, told[2])
    day = _day(page, span, periods)
    return [
        Decision(
            evidence=evidence(page, sentence),
            kind=kind,
            country=country,
            people=count,
            decided_on=day,
            decided_by=""
            if _is_anothers(page, span, kind)
            else court(page, sentence, [each.span for each in where[0]]),
            articles=articles(page, sentence) if kind in _AT_HOME else (),
            sentence=term(page, sentence, told) if kind is DecisionKind.SENTENCED else "",
            certainty=certainty,
        )
        for country, count in (*((country, number) for country in wanted), *tails.values())
    ]


def _is_anothers(page: Page, span: Span, kind: DecisionKind) -> bool:
    """Whether the court that the sentence names decided the contrary: "granted him asylum, which had been refused"."""
    sentence = page.sentence(span[0])
    house = next(iter(page.within("court", *sentence)), None)
    contrary = _CONTRARY.get(kind)
    if house is None or contrary is None:
        return False
    return any(between(house, each) < between(house, span) for each in page.within(contrary, *sentence))


def _tails(
    page: Page, span: Span, kind: DecisionKind, places: Sequence[Place], quantities: Sequence[Quantity]
) -> dict[Span, tuple[str, int]]:
    """The countries behind a deed that have only a number of their own: ", Finland 6"; by their words."""
    if kind not in _BY_MANY:
        return {}
    last = page.sentence(span[0])[1]
    numbers = {each.core[0]: each for each in quantities if each.form is Form.NUMBER and each.low == each.high}
    found: dict[Span, tuple[str, int]] = {}
    for place in places:
        at = place.span[1] + 1
        if place.nation or not span[1] < place.span[0] or at > last or not page.gap(at - 1).isspace():
            continue
        led = _is_led(page, place.span[0])
        number = numbers.get(at)
        closed = number is not None and (number.core[1] == last or page.gap(number.core[1]).strip()[:1] in {",", ";"})
        if number and led and closed and not is_no_figure(page, number, set()):
            found[place.span] = (place.country, int(number.told))
    return found


def _is_led(page: Page, at: int) -> bool:
    """Whether a comma stands before word ``at``, or before the article in front of it: ", la Finlande"."""
    first = at - 1 if at and len(page.words.forms[at - 1]) <= ARTICLE and page.joins(at - 1) else at
    return first > 0 and page.gap(first - 1).strip() in {",", ";"}


def _day(page: Page, span: Span, periods: Sequence[Period]) -> date | None:
    """The day nearest to the deed that its sentence names."""
    sentence = page.sentence(span[0])
    days = [each for each in periods if each.starts and each.starts == each.ends]
    here = [each for each in days if sentence in {page.sentence(each.span[0]), page.sentence(each.span[1])}]
    return min(here, key=lambda each: between(span, each.span)).starts if here else None


def _countries(
    page: Page, span: Span, kind: DecisionKind, where: tuple[Sequence[Place], str]
) -> tuple[list[str], float]:
    """The countries that decided, from the surest sign to the weakest, with the certainty of that sign."""
    places, main = where
    sentence = page.sentence(span[0])
    here = [place for place in places if sentence[0] <= place.span[0] <= sentence[1]]
    if kind in _AT_HOME:
        return ["ru"], 0.8
    if kind in _FROM:
        named = _removers(page, span, here)
        if named:
            return named, 0.8
    abroad = [place for place in here if place.country not in _HOME and not _is_elsewhere(page, place, sentence)]
    nearest = _nearest(abroad, span)
    if nearest:
        partners = _partners(page, abroad, nearest, span) if kind in _BY_MANY else []
        return [*partners, "" if nearest == UNION else nearest], 0.9
    if main and not (kind is DecisionKind.VISA and main in _NO_VISAS):
        return [main], 0.6
    return [""], 0.5


def _removers(page: Page, span: Span, here: Sequence[Place]) -> list[str]:
    """The countries that removed somebody: those behind the deed, else those before it; none behind a semicolon."""
    named = [
        place
        for place in here
        if place.country not in _HOME and not place.nation and not place.city and not is_apart(page, span, place.span)
    ]
    behind = [place.country for place in named if place.span[0] > span[1]]
    return list(dict.fromkeys(behind or [place.country for place in named]))


def _is_elsewhere(page: Page, place: Place, sentence: Span) -> bool:
    """Whether the place was only passed through, left, or wished for."""
    first = max(sentence[0], place.span[0] - 3)
    left = any(
        place.span[0] - 3 <= span[0] and _is_beside(page, span, place)
        for role in ("via", "outof")
        for span in page.within(role, first, place.span[0] - 1)
    )
    wished = page.has("unreal", (max(_clause(page, place.span, sentence)[0], place.span[0] - 6), place.span[0] - 1))
    return left or wished


def _is_beside(page: Page, span: Span, place: Place) -> bool:
    return all(len(page.words.forms[at]) <= 3 for at in range(span[1] + 1, place.span[0]))


def _nearest(places: Sequence[Place], span: Span) -> str:
    """The country nearest to the deed; a nation decides where its people act, a city only where nothing else is."""

    def distance(place: Place) -> float:
        gap = max(place.span[0] - span[1], span[0] - place.span[1], 0)
        return gap + (20 if place.city else 0) + (4 if place.nation and place.span[0] > span[1] else 0)

    countries = [place for place in places if place.country != UNION]
    return min(countries or places, key=distance).country if places else ""


def _partners(page: Page, places: Sequence[Place], country: str, span: Span) -> list[str]:
    """The countries that a word joins to the one that acts, before the deed: "Germany and France each recognised"."""
    actors = [place for place in places if not place.nation and not place.city and place.span[1] < span[0]]
    joined = [
        {one.country, other.country}
        for one, other in pairwise(actors)
        if (one.span[1] + 1, other.span[0] - 1) in page.hits.get("to", ())
        and page.joins(one.span[1])
        and page.joins(other.span[0] - 1)
        and span[0] - other.span[1] <= _ACTS_AT
    ]
    return sorted({each for pair in joined if country in pair for each in pair} - {country, *_HOME, UNION})


def _main_country(places: Sequence[Place]) -> str:
    """The country that the text speaks of most, besides Russia and Ukraine."""
    weight: dict[str, float] = {}
    for number, place in enumerate(places):
        if place.country not in {*_HOME, UNION}:
            weight[place.country] = (
                weight.get(place.country, 0) + (0.5 if place.city else 1) + (0.5 if number < 2 else 0)
            )
    return max(weight, key=lambda country: weight[country], default="")
