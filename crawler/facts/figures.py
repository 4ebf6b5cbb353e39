"""A read page in, its figures out: what each quantity counts, by the nouns beside it and the deeds around it."""

from dataclasses import dataclass, replace

from crawler.facts.nouns import NOUNS, broken, is_of_claims, nearest_noun
from crawler.facts.otherwise import is_no_figure
from crawler.facts.page import Page, Span
from crawler.facts.quantities import Form, Quantity, quantities
from db.model import FigureType

_AHEAD, _BACK = 6, 5  # words in which the counted noun stands, behind and before the number
_FEW = 10  # people who act in a report, told in words or digits, are no figure
_CLAUSE = 8  # a deed in another clause is as far as one so many words further off
_FAR = 16
_BESIDE = 5  # words between a number without a noun and a deed of its own
_LARGE = 100
_NEAR = 6
_NOUNLIKE = 4  # letters of a word that may be a noun
_ADULT = 16
_SHORT = 8  # words of a sentence that only gives another number: "In all of 2025 it was 112."
_DOUBTED = 4  # "doubled" and "threefold" are more often a way to speak than a figure

_PEOPLE_ACTS = {
    "helped": FigureType.PEOPLE_HELPED,
    "granted": FigureType.GRANTS,
    "refused": FigureType.REFUSALS,
    "claimed": FigureType.ASYLUM_CLAIMS,
    "convicted": FigureType.VERDICTS,
    "charged": FigureType.CHARGES,
    "fled": FigureType.PEOPLE_FLED,
    "deserted": FigureType.DESERTERS,
    "asked": FigureType.REQUESTS_FOR_HELP,
    "otherwise": None,
}
_TOLD = {  # decisions and nouns that tell what happened to those who are counted, where no deed does
    "grant": FigureType.GRANTS,
    "visa": FigureType.GRANTS,
    "refuse": FigureType.REFUSALS,
    "claim": FigureType.ASYLUM_CLAIMS,
    "sentence": FigureType.VERDICTS,
    "charge": FigureType.CHARGES,
    "claims": FigureType.ASYLUM_CLAIMS,
    "requests": FigureType.REQUESTS_FOR_HELP,
    "verdicts": FigureType.VERDICTS,
    "charges": FigureType.CHARGES,
    "grants": FigureType.GRANTS,
    "refusals": FigureType.REFUSALS,
}
_ALL_ACTS = {**_TOLD, **_PEOPLE_ACTS}
_WEAK = 1.5  # a noun tells less than a deed so many words further off
_CLAIM_ACTS = {
    "granted": FigureType.GRANTS,
    "refused": FigureType.REFUSALS,
    "grant": FigureType.GRANTS,
    "refuse": FigureType.REFUSALS,
}
_OF_CASES = frozenset({"deserted", "fled"})  # what a case is about: "405 of desertion"
_GIVEN = frozenset({"grant", "granted"})
_DONE_TO_PEOPLE = frozenset({"granted", "refused", "grant", "refuse", "visa", "helped", "convicted", "charged"})
_OTHER_NOUNS = frozenset({"court", "prison", "title", "settlement", "unit", "kin"})  # none of them is counted here
_BESIDE_DEED = 3  # words before a deed within which a number is of it
_COURTLY = ("court", "charge", "charged", "sentence", "prison")
_STRONG = {"helped": 4, "asked": 2, "otherwise": 0.5}  # what was done for people says more than what they did


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A quantity and what it counts: type, unit, the span of the counted noun where there is one."""

    quantity: Quantity
    type: FigureType
    unit: str
    noun: Span | None
    certainty: float


def counted(page: Page) -> list[Counted]:
    """The quantities of ``page`` that are figures, in order."""
    found: list[Counted] = []
    every = quantities(page)
    numbers = {at for each in every for at in range(each.core[0], each.core[1] + 1)}
    for each in every:
        if is_no_figure(page, each, numbers):
            continue
        figure = _counted(page, each, found, numbers)
        if figure and not _is_company(figure):
            found.append(figure)
    return found


def _counted(page: Page, each: Quantity, found: list[Counted], numbers: set[int]) -> Counted | None:
    if each.form is not Form.NUMBER:
        return _share(page, each)
    noun = None if _counts_else(page, each) else _noun(page, each, numbers)
    if noun and noun[0] == "years":
        return _prison(page, each, noun[1])
    if noun and noun[0] == "claims" and _is_whole(page, each, numbers):
        return Counted(quantity=each, type=FigureType.ASYLUM_CLAIMS, unit="applications", noun=noun[1], certainty=0.9)
    return None if noun is None and _counts_else(page, each) else _told(page, each, noun, found)


def _told(page: Page, each: Quantity, noun: tuple[str, Span] | None, found: list[Counted]) -> Counted | None:
    """The figure that ``each`` is by its noun, else by the figure before it, else by the head of its sentence."""
    if noun is None or _is_of_them(page, each):
        inherited = _inherited(page, each, found)
        if inherited:
            return inherited
    noun = noun or _subject(page, each, page.sentence(each.core[0])[0])
    return _typed(page, each, *noun) if noun else None


def _counts_else(page: Page, each: Quantity) -> bool:
    """Whether the number stands before a noun of its own that is none of ours: "109 courts"."""
    at = each.core[1] + 1
    if at > page.sentence(each.core[0])[1] or not page.gap(each.core[1]).isspace() or not page.raw(at)[:1].islower():
        return False
    roles = {role for role, spans in page.hits.items() for span in spans if span[0] <= at <= span[1]}
    if roles:
        return roles <= _OTHER_NOUNS
    ends = at == page.sentence(at)[1] or page.gap(at).strip()[:1] in {",", ".", ";", ")"}
    return ends and len(page.words.forms[at]) >= _NOUNLIKE


def _is_of_them(page: Page, each: Quantity) -> bool:
    """Whether the number counts some of those just counted."""
    return any(span[0] == each.core[1] + 1 for span in page.hits.get("ofthem", ()))


def _share(page: Page, each: Quantity) -> Counted | None:
    if not _compares(page, each):
        return None
    type_ = FigureType.SHARE if each.form is Form.PERCENT else FigureType.RATIO
    unit = "percent" if each.form is Form.PERCENT else "times"
    certainty = 0.9
    told_in_words = each.spelled and (each.span[0] in {span[0] for span in page.hits.get("multiples", ())})
    if told_in_words and each.told < _DOUBTED:
        certainty = 0.4
    elif each.form is Form.TIMES and each.told == 2 and each.spelled and not told_in_words:
        certainty = 0.3  # "came twice"
    noun = None
    if each.form is Form.PERCENT and each.spelled:
        noun = nearest_noun(page, each.core[1] + 1, each.core[1] + 5, set())
        if noun and noun[0] == "years":
            noun = None
        if _is_half_of_a_year(page, each):
            return None
        certainty = 0.9 if noun else 0.6
    return Counted(quantity=each, type=type_, unit=unit, noun=noun[1] if noun else None, certainty=certainty)


def _compares(page: Page, each: Quantity) -> bool:
    """Whether "three times" compares: with "more", "grew" and the like; "was questioned three times" does not."""
    led = any(span[0] == each.core[0] for span in page.hits.get("multiples", ()))
    first, last = each.span
    before = any(span[1] == each.core[0] - 1 for span in page.hits.get("multiplied", ()))
    if each.form is not Form.TIMES or led or before or page.language.joined or page.has("multiplied", (first, last)):
        return True
    return any(one[0] < one[1] and one[0] <= last <= one[1] for one in page.hits.get("times", ()))


def _is_half_of_a_year(page: Page, each: Quantity) -> bool:
    first, last = each.core
    after = any(
        last < span[0] <= last + 2
        for role in ("year", "month", "span", "years", "unit")
        for span in page.hits.get(role, ())
    )
    year = any(page.words.forms[at].isdigit() for at in range(last + 1, min(last + 3, len(page.words.forms))))
    number = any((("ordinals", at) in page.values) for at in range(max(0, first - 2), first))
    return after or year or (number and each.told in {50, 25})


def _prison(page: Page, each: Quantity, noun: Span) -> Counted | None:
    first, last = page.sentence(each.core[0])
    around = (max(first, each.core[0] - 12), min(last, each.core[1] + 8))
    led = page.has("prison", around) or page.has("article", around) or page.has("sentence", around)
    if not led or page.within("age", each.core[0], min(last, each.core[1] + 2)):
        return None
    if each.told > 30 or each.told < 1 or _is_bearers_age(page, each):
        return None
    whole = _with_months(page, each, noun)
    if whole.low is None and _is_term_to(page, each):
        whole = replace(whole, low=whole.high)
    return Counted(quantity=whole, type=FigureType.PRISON_YEARS, unit="years", noun=noun, certainty=0.9)


def _is_term_to(page: Page, each: Quantity) -> bool:
    """Whether the word for "up to" is only the "to" of a sentence: "засудив до шести років"."""
    first = max(page.sentence(each.core[0])[0], each.span[0] - _NEAR)
    return page.has("sentence", (first, each.span[0] - 1)) and not page.has("unreal", (first, each.span[0]))


def _is_bearers_age(page: Page, each: Quantity) -> bool:
    """Whether the years are those of somebody's life: "Yuri 27 years, he waited"."""
    first, last = each.core
    behind = [span for role in ("people", "deserters", "fugitive") for span in page.hits.get(role, ())]
    if each.told >= _ADULT and any(span[0] == last + 2 and page.joins(last + 1) for span in behind):
        return True  # "26 years soldier"
    named = first > page.sentence(first)[0] and page.raw(first - 1)[:1].isupper() and page.joins(first - 1)
    return named and each.told >= _ADULT


def _with_months(page: Page, each: Quantity, noun: Span) -> Quantity:
    """The years with the months that follow them: "three years and six months"."""
    end = page.sentence(noun[0])[1]
    for span in page.within("month", noun[1] + 2, min(end, noun[1] + 4)):
        at = span[0] - 1
        raw = page.words.forms[at]
        months = int(raw) if raw.isdigit() and len(raw) < 3 else page.values.get(("numbers", at))
        if months and 0 < months < 12 and each.low == each.high:
            years = round(each.told + months / 12, 2)
            return replace(each, low=years, high=years, span=(each.span[0], span[1]))
    return each


def _inherited(page: Page, each: Quantity, found: list[Counted]) -> Counted | None:
    """The type of the figure before it, for a number without a noun: in brackets, in a list, against another time."""
    first = page.sentence(each.core[0])[0]
    if each.told < _LARGE and each.low != each.high:
        return None
    counts = [one for one in found if one.unit not in {"percent", "times", "years"}]
    models = [one for one in counts if first <= one.quantity.core[0] < each.core[0]]
    if not models:
        return _continued(page, each, counts)
    model = models[-1]
    if not each.bracketed and each.told < _FEW:
        return None
    act = "" if each.bracketed else _act(page, each, each.core, _ALL_ACTS, reach=_BESIDE)
    if model.unit == "cases" and act in _OF_CASES:
        act = ""
    chosen = _ALL_ACTS[act] if act else model.type
    if chosen is None:
        return None
    return Counted(quantity=each, type=chosen, unit=_unit(model, act), noun=model.noun, certainty=0.7)


def _unit(model: Counted, act: str) -> str:
    """People, where something was done to those who are counted among applications."""
    return "people" if act in _DONE_TO_PEOPLE and model.unit == "applications" else model.unit


def _continued(page: Page, each: Quantity, counts: list[Counted]) -> Counted | None:
    """A number without a noun that somebody else gives for what the sentence before counted."""
    before, sentence = page.before(each.core[0]), page.sentence(each.core[0])
    models = [one for one in counts if before and before[0] <= one.quantity.core[0] <= before[1]]
    told = any(page.has(role, sentence) for role in ("reports", "according", "ofthem"))
    acts = _ALL_ACTS if _is_of_them(page, each) else _PEOPLE_ACTS
    act = _act(page, each, each.core, acts, reach=_BESIDE)
    dated = any(page.has(role, sentence) for role in ("year", "months")) or any(
        len(form) == 4 and form.isdigit() for form in page.words.forms[sentence[0] : sentence[1] + 1]
    )
    short = dated and sentence[1] - sentence[0] < _SHORT
    if not models or not (told or act or short) or each.told < (_FEW if act or short else _LARGE):
        return None
    model = models[-1]
    chosen = acts[act] if act else model.type
    if chosen is None:
        return None
    return Counted(quantity=each, type=chosen, unit=_unit(model, act), noun=model.noun, certainty=0.6)


def _noun(page: Page, each: Quantity, numbers: set[int]) -> tuple[str, Span] | None:
    first, last = page.sentence(each.core[0])
    ahead = nearest_noun(page, each.core[1] + 1, min(last, each.core[1] + _AHEAD), numbers)
    ahead = ahead or _noun_of_whole(page, each, numbers)
    if ahead:
        return ahead
    low = max(first, each.core[0] - _BACK)
    if each.told < _LARGE and each.low != each.high:
        return None  # "men under 35"
    back = [
        (role, span)
        for role in NOUNS
        if role != "years"
        for span in page.within(role, low, each.span[0] - 1)
        if not broken(page, span[1], each.span[0], ",;()\n")
    ]
    return max(back, key=lambda one: one[1], default=None)


def _noun_of_whole(page: Page, each: Quantity, numbers: set[int]) -> tuple[str, Span] | None:
    """The noun of the number of which ``each`` is a part: "1,123 of 1,906 applications"."""
    at = next((span[1] + 1 for span in page.hits.get("among", ()) if span[0] == each.core[1] + 1), None)
    last = page.sentence(each.core[0])[1]
    if at is None or at not in numbers or not page.joins(each.core[1]):
        return None
    while at <= last and at in numbers:
        at += 1
    return nearest_noun(page, at, min(last, at + _AHEAD), numbers)


def _is_whole(page: Page, each: Quantity, numbers: set[int]) -> bool:
    """Whether another number is a part of this one, and what was done, was done to that part."""
    return any(
        span[1] == each.core[0] - 1 and span[0] - 1 in numbers and page.joins(span[0] - 1) and page.joins(span[1])
        for span in page.hits.get("among", ())
    )


def _subject(page: Page, each: Quantity, first: int) -> tuple[str, Span] | None:
    """The noun with which the sentence begins: "The number of accused soldiers ... reached 2,750"."""
    if each.told < _LARGE or each.core[0] - first > _FAR:
        return None
    heads = [
        (role, span)
        for role in NOUNS
        if role != "years"
        for span in page.within(role, first, min(first + 3, each.core[0] - 1))
    ]
    return min(heads, key=lambda one: one[1], default=None)


def _typed(page: Page, each: Quantity, noun: str, span: Span) -> Counted | None:
    type_, unit = NOUNS[noun]
    certainty = 0.9
    if noun in {"people", "deserters"}:
        act = _act(page, each, span, _ALL_ACTS)
        if act == "otherwise":
            return None
        chosen = _ALL_ACTS[act] if act else None
        if chosen is None and noun == "people" and page.has("unit", (max(0, each.core[0] - _NEAR), each.core[0])):
            return None  # the strength of a unit
        if chosen is None:
            certainty = 0.8 if noun == "deserters" else 0.5
        elif not (noun == "deserters" and chosen in {FigureType.PEOPLE_FLED, FigureType.DESERTERS}):
            type_ = chosen
    elif noun == "cases" and _is_of_office(page, page.sentence(each.core[0])):
        return None
    elif noun == "claims":
        act = _act(page, each, span, _CLAIM_ACTS, reach=_BACK)
        type_ = _CLAIM_ACTS[act] if act else type_
    return Counted(quantity=each, type=type_, unit=unit, noun=span, certainty=certainty)


def _is_of_office(page: Page, sentence: Span) -> bool:
    """Whether the cases of a sentence are papers of a consulate, and no court is spoken of."""
    return page.has("visa", sentence) and not any(page.has(role, sentence) for role in _COURTLY)


def _act(
    page: Page,
    each: Quantity,
    noun: Span,
    acts: dict[str, FigureType | None] | dict[str, FigureType],
    *,
    reach: int = _FAR,
) -> str:
    """The deed nearest to the number and its noun; one behind a comma is further off."""
    first, last = page.sentence(each.core[0])
    left, right = min(each.core[0], noun[0]), max(each.core[1], noun[1])
    best, name = reach + 1.0, ""
    for act in acts:
        for span in page.within(act, first, last):
            if noun[0] <= span[0] and span[1] <= noun[1] and noun != each.core:
                continue  # the noun itself
            if (act in _GIVEN and is_of_claims(page, span)) or _is_asked_for(page, act, span):
                continue
            if noun != each.core and _is_of_another(page, right, span):
                continue
            distance = _distance(page, span, (left, right)) + (_WEAK if act in _TOLD else 0)
            around = span[0] < left and span[1] > right
            distance -= _STRONG.get(act, 0) + (0 if around else 0.1 * (span[1] - span[0]))
            if distance < best:
                best, name = distance, act
    return name


def _is_asked_for(page: Page, act: str, span: Span) -> bool:
    """Whether help is only what somebody asks for: "soldiers ask the group for help"."""
    return act == "helped" and any(one[0] < span[0] and span[1] <= one[1] for one in page.hits.get("asked", ()))


def _is_of_another(page: Page, last: int, act: Span) -> bool:
    """Whether a deed behind word ``last`` is another number's: "of the twelve deserters, five were refused"."""
    deed = act[1] if act[0] <= last else act[0]  # of a deed that begins in the noun, its last word
    near = range(max(last + 1, deed - _BESIDE_DEED), deed)
    number = any(("numbers", at) in page.values or page.words.forms[at].isdigit() for at in near)
    return number and broken(page, last, deed, ",;\n")


def _distance(page: Page, act: Span, place: Span) -> float:
    if act[1] < place[0]:
        return place[0] - act[1] + (_CLAUSE if broken(page, act[1], place[0], ",;\n") else 0)
    if act[0] > place[1]:
        return act[0] - place[1] + 0.4 + (_CLAUSE if broken(page, place[1], act[0], ",;\n") else 0)
    if act[0] < place[0] and act[1] > place[1]:  # its words stand around the number
        return (place[0] - act[0] + act[1] - place[1]) / 2 + (_CLAUSE if ";" in page.quote(*act)[2] else 0)
    return 0.0


def _is_company(figure: Counted) -> bool:
    """A few people who act, not a count: "six soldiers"."""
    return figure.unit in {"people", "grants", "requests"} and figure.quantity.told < _FEW
