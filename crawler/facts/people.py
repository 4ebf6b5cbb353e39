"""A read page in, the people that it names out: public ones with their role, and those who must be protected.

A name is protected unless the text makes its bearer a public speaker, official, lawyer, activist, or convict named by
a court. Where the signs point both ways, it is protected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.facts.names import ends, is_given, is_surname
from crawler.facts.page import Page, Span
from crawler.facts.places import Place
from crawler.facts.speakers import known_speaker
from crawler.words import is_small
from db import spelling

_OPENED = frozenset({"", "„", "«", "“", chr(34)})
_BEFORE, _AFTER = 4, 6  # words within which a title or a relation speaks of a name
_MONTHLIKE = frozenset({"telegram", "youtube", "facebook", "internet", "google", "schengen", "dublin", "god", "bog"})
# Words, and beginnings of words, that make a title one of the past, folded: what he was before makes nobody a speaker.
_ONCE = frozenset({"ex", "byl", "byly", "byla", "były", "dawny", "fost", "fosta", "endine", "eski", "anciens"})
_FORMER = (
    "former", "бывш", "колишн", "fruher", "ehemalig", "ancien", "antigu", "entin", "aiemm", "voormalig", "tidliger",
    "tidigare", "korabbi", "egykori", "buvus", "bijus", "бивш", "былы", "ყოფილ", "πρωην", "لسابق", "לשעבר", "նախկին",
    "бұрын",
)  # fmt: skip
_GARRISON = 3  # words between the place of a court and the word for it: "Kirov garrison military court"
# How verbs of hiding begin, folded.
_HIDES = (
    "hide",
    "hid",
    "скрыва",
    "прячет",
    "перехову",
    "versteck",
    "cach",
    "escond",
    "ukryw",
    "piilo",
    "nascond",
    "saklan",
)
_HIS = 12  # words within which a verb of deserting behind a name is its bearer's
_OTHERS = ("says", "reports", "told", "that", "kin")  # behind them it is somebody else who fled
_OF = frozenset(["of", "von", "de", "d", "for", "do", "da", "на", "van", "af", "di", "pour"])
_CASELESS = frozenset({"ar", "he", "ka", "ja", "zh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person where a text names them: the words, whether the name is public, the title that makes it so."""

    name: str
    span: Span
    public: bool
    role: str = ""
    certain: bool = True


def people(page: Page, taken: frozenset[int], organisations: Sequence[Span]) -> list[Person]:
    """Everybody named in ``page``; ``taken`` are words of places and organisations, which are no names of people."""
    runs = [run for run in _runs(page, taken) if not _is_of_court(page, run[1]) and _is_person(page, run)]
    found = [_judged(page, run, runs, organisations) for run in runs]
    return _agreed(page, found)


def blocked(page: Page, named: frozenset[int], places: Sequence[Place]) -> frozenset[int]:
    """The words that are no names of people: of organisations and places, but for places called like people."""
    words = set(named)
    for place in places:
        first, last = place.span
        likely = bool(place.city) and first == last and (is_given(page.raw(first)) or is_surname(page.raw(first)))
        led = any(span[1] == first - 1 for role in ("in", "outof", "settlement") for span in page.hits.get(role, ()))
        if not likely or led:
            words.update(range(first, last + 1))
    return frozenset(words)


def _runs(page: Page, taken: frozenset[int]) -> list[Span]:
    """Capitalised words in a row."""
    runs: list[Span] = []
    at, count = 0, len(page.words.forms)
    while at < count:
        if not _is_capital(page, at) or at in taken:
            at += 1
            continue
        last = at
        while last + 1 < count and _goes_on(page, last, taken):
            last += 1 if _is_capital(page, last + 1) else 2  # a particle stands between
        runs.extend(_parts(page, (at, last)))
        at = last + 1
    return runs


def _goes_on(page: Page, last: int, taken: frozenset[int]) -> bool:
    gap = page.gap(last)
    if not page.joins(last) and not (gap.strip() == "." and len(page.words.forms[last]) == 1):
        return False
    if "\n" in gap or last + 1 in taken:
        return False
    if _is_capital(page, last + 1):
        return True
    particle = (
        page.words.forms[last + 1] in ends("particles") and last + 2 < len(page.words.forms) and last + 2 not in taken
    )
    return particle and _is_capital(page, last + 2) and page.gap(last + 1).isspace()


def _is_capital(page: Page, at: int) -> bool:
    raw = page.raw(at)
    if len(raw) == 1:
        return _is_initial(page, at)
    if page.language.code in _CASELESS:
        return is_given(raw)
    return raw[:1].isupper() and raw[:1].isalpha() and not (len(raw) > 1 and raw.isupper() and len(raw) < 6)


def _is_initial(page: Page, at: int) -> bool:
    """A letter that stands for a name: "S., 24", "Alexei K."."""
    return page.raw(at).isupper() and page.gap(at).startswith(".")


def _parts(page: Page, run: Span) -> list[Span]:
    """The run without words in it that are no names: "Als Andrej", "Seine Anwältin Friederike"."""
    cues = {
        at
        for role in ("title", "kin", "fugitive", "says", "months", "unit", "court", "settlement", "people", "deserters")
        for span in page.hits.get(role, ())
        for at in range(span[0], span[1] + 1)
    }
    pieces: list[Span] = []
    start = None
    for at in range(run[0], run[1] + 1):
        out = at in cues and not is_given(page.raw(at))
        if out and start is not None:
            pieces.append((start, at - 1))
            start = None
        elif not out and start is None:
            start = at
    if start is not None:
        pieces.append((start, run[1]))
    return [_headless(page, piece) for piece in pieces]


def _headless(page: Page, run: Span) -> Span:
    """Without a first word that only begins the sentence."""
    first, last = run
    opens = first == page.sentence(first)[0] or page.text[max(0, page.words.starts[first] - 1)] in "«„“\"'"
    while first < last and opens and not _looks(page, first) and (_looks(page, first + 1) or first + 1 < last):
        first += 1
    if page.language.nouns:
        while first < last and not _looks(page, first) and is_given(page.raw(first + 1)):
            first += 1
    return first, last


def _looks(page: Page, at: int) -> bool:
    """Whether the word looks like a name by itself."""
    raw = page.raw(at)
    return is_given(raw) or is_surname(raw)


def _is_person(page: Page, run: Span) -> bool:
    first, last = run
    if any(is_given(page.raw(at)) and len(page.raw(at)) > 2 for at in range(first, last + 1)):
        return True
    if first == last and len(page.raw(first)) == 1:
        return _is_bearer(page, first)
    if (first == last and _is_unknown(page, first)) or (_cue_beside(page, run) and not _is_plain(page, run)):
        return True
    named = is_surname(page.raw(last)) and not _is_plain(page, run)
    speaks = _speaks_near(page, run) and not page.language.nouns
    if first == last:
        return named and speaks and page.language.code != "en"
    return named or speaks


def _is_of_court(page: Page, last: int) -> bool:
    """Whether the name is that of a court: "Kirov garrison court"."""
    return page.joins(last) and any(
        span[0] - last <= _GARRISON and not page.has("says", (last + 1, span[0]))
        for span in page.within("court", last + 1, min(page.sentence(last)[1], last + _GARRISON))
        if all(page.joins(at) and is_small(page.raw(at)) for at in range(last + 1, span[0]))
    )


def _is_bearer(page: Page, at: int) -> bool:
    """Whether an initial stands for a person of its own: "S., 24", "K. deserted"."""
    behind = page.gap(at)[1:].lstrip() + page.text[page.words.ends[at] + 1 :].lstrip()[:1]
    return behind[:1] in {",", "("} or is_small(behind)


def _is_unknown(page: Page, at: int) -> bool:
    """A capital within a sentence that nothing explains: better guarded than shown."""
    if page.language.nouns or at == page.sentence(at)[0] or len(page.raw(at)) < 3 or page.words.forms[at] in _MONTHLIKE:
        return False
    opened = page.text[max(0, page.words.starts[at] - 1)] in "«„“\"'(" or (
        not page.joins(at - 1) and page.gap(at - 1).strip() != ","
    )
    return not opened and not page.raw(at).isupper() and page.raw(at)[1:].islower()


def _is_plain(page: Page, run: Span) -> bool:
    """Whether a lone capital only begins a sentence, or the word stands in small letters elsewhere."""
    first, last = run
    if first == last and first == page.sentence(first)[0] and not is_surname(page.raw(first)):
        return True
    return first == last and any(
        page.words.forms[first] == form and is_small(page.raw(at)) for at, form in enumerate(page.words.forms)
    )


def _cue_beside(page: Page, run: Span) -> bool:
    """A title, a relation or a deserter's word right before the name, or behind a comma right after it."""
    first, last = run
    sentence = page.sentence(first)
    ahead = (
        any(
            span[1] >= first - 1 and page.gap(first - 1).strip() in _OPENED
            for role in ("title", "kin", "fugitive")
            for span in page.within(role, max(sentence[0], first - 4), first - 1)
        )
        if first
        else False
    )
    behind = page.gap(last).strip().startswith(",") and any(
        page.within(role, last + 1, min(sentence[1], last + 3)) for role in ("title", "kin", "fugitive")
    )
    return ahead or behind


def _speaks_near(page: Page, run: Span) -> bool:
    sentence = page.sentence(run[0])
    return bool(
        page.within("says", max(sentence[0], run[0] - 2), run[0] - 1)
        or page.within("says", run[1] + 1, min(sentence[1], run[1] + 2))
    )


# -- public or protected


def _judged(page: Page, run: Span, runs: Sequence[Span], organisations: Sequence[Span]) -> Person:
    first, last = _room(page, run, runs)
    title, role = _title(page, run, runs, (first, last))
    belongs = min((_gap(run, each) for each in organisations if _is_of_house(page, run, each, last)), default=99)
    relation = min(_distances(page, "kin", run, first, last), default=99)
    flight = min(_distances(page, "fugitive", run, first, last), default=99)
    private = min(relation, flight + 1)
    kept = known_speaker([page.raw(at) for at in range(run[0], run[1] + 1)])
    if kept:
        return Person(name=kept, span=run, public=True, role=role if title < 90 else "speaker")
    word = page.raw(run[0])
    lone = run[0] == run[1] and (is_given(word) or not is_surname(word))
    convicted = _is_convicted(page, run, first, last) and relation > 2 and not lone
    near = min(title, belongs + 2)
    speaks = not lone and relation > 2 and near < min(private, 90) and not _deserts(page, run, runs)
    convicted = convicted and not _is_cut(page, run)
    public = convicted or (speaks and not _is_cut(page, run))
    return Person(
        name=_name(page, run),
        span=run,
        public=public,
        role=role if public and title < 90 else ("convict" if convicted else ""),
        certain=abs(min(title, belongs + 2) - private) > 1,
    )


def _is_of_house(page: Page, run: Span, house: Span, last: int) -> bool:
    """Whether an organisation behind a name is that of its bearer: no verb of speech stands in between."""
    if not run[1] < house[0] <= last:
        return False
    return not any(page.has(role, (run[1] + 1, house[0] - 1)) for role in ("says", "reports", "told", "kin"))


def _name(page: Page, run: Span) -> str:
    return page.quote(*run)[2] + ("." if _is_initial(page, run[1]) and len(page.raw(run[1])) == 1 else "")


def _room(page: Page, run: Span, runs: Sequence[Span]) -> Span:
    """The words around a name that can speak of it: its sentence, up to the names beside it."""
    sentence = page.sentence(run[0])
    left = max([each[1] + 1 for each in runs if each[1] < run[0]] + [sentence[0], run[0] - _BEFORE])
    right = min([each[0] - 1 for each in runs if each[0] > run[1]] + [sentence[1], run[1] + _AFTER])
    return left, right


def _gap(run: Span, other: Span) -> int:
    return max(other[0] - run[1], run[0] - other[1], 0)


def _distances(page: Page, role: str, run: Span, first: int, last: int) -> list[int]:
    found = []
    for span in page.within(role, first, last):
        gap = _gap(run, span)
        if span[0] > run[1]:
            apart = page.text[page.words.ends[run[1]] : page.words.starts[span[0]]]
            if not apart.lstrip().startswith((",", "(", "–", "—", "-")) and gap > 1:
                gap += 2
            if "." in apart or ";" in apart:
                continue
        found.append(gap)
    return found


def _title(page: Page, run: Span, runs: Sequence[Span], room: Span) -> tuple[int, str]:
    """How near a title is that is the bearer's own, and the title; 99 for none."""
    best, role = 99, ""
    for span in page.within("title", *room):
        gap = _gap(run, span)
        if span[0] > run[1]:
            apart = page.text[page.words.ends[run[1]] : page.words.starts[span[0]]]
            if not apart.lstrip().startswith((",", "(", "–", "—")) or _is_possessive(page, run):
                continue
        elif _is_of(page, span[1], run[0]) or _is_of_kin(page, span):
            continue
        if _is_former(page, span, room[0]):
            continue
        if _is_anothers(span, run, runs):
            continue
        if gap < best:
            best, role = gap, page.quote(*span)[2]
    return best, role


def _is_former(page: Page, title: Span, first: int) -> bool:
    """Whether the title is one of the past: "the former lawyer"."""
    near = range(max(first - 1, title[0] - 2, page.sentence(title[0])[0]), title[0])
    return any(page.words.forms[at] in _ONCE or page.words.forms[at].startswith(_FORMER) for at in near)


def _deserts(page: Page, run: Span, runs: Sequence[Span]) -> bool:
    """Whether a verb behind the name says that its bearer deserted or hides, and nobody else stands in between."""
    end = min([page.sentence(run[0])[1], run[1] + _HIS, *(each[0] - 1 for each in runs if each[0] > run[1])])
    hiding = [at for at in range(run[1] + 1, end + 1) if page.words.forms[at].startswith(_HIDES)]
    if any(not any(page.has(role, (run[1] + 1, at)) for role in _OTHERS) for at in hiding):
        return True
    fled = page.within("deserted", run[1] + 1, end)
    others = (*_OTHERS, "people", "deserters")
    return any(not any(page.has(role, (run[1] + 1, span[0] - 1)) for role in others) for span in fled)


def _is_of(page: Page, last: int, first: int) -> bool:
    """Whether a word for "of" joins a title to another's name: "lawyer of Anton"."""
    return last + 1 < first and page.words.forms[first - 1] in _OF


def _is_of_kin(page: Page, title: Span) -> bool:
    """Whether the title is that of a relative: "the wife of the convict"."""
    return any(span[1] + 2 >= title[0] > span[1] for span in page.hits.get("kin", ()))


def _is_anothers(title: Span, run: Span, runs: Sequence[Span]) -> bool:
    """Whether the title stands right before another name."""
    return any(other != run and title[1] < other[0] <= title[1] + 1 for other in runs)


def _is_possessive(page: Page, run: Span) -> bool:
    return page.gap(run[1])[:2] in {"'s", "’s"}


def _is_convicted(page: Page, run: Span, first: int, last: int) -> bool:
    sentence = page.sentence(run[0])
    near = page.within("sentence", max(sentence[0], run[0] - 8), min(sentence[1], run[1] + 8))
    return bool(near) and page.has("court", sentence) and first <= last


def _agreed(page: Page, found: list[Person]) -> list[Person]:
    """One judgement for all mentions of one name: protected where any of them plainly is, else public if any is."""
    result: list[Person] = []
    for each in found:
        alike = [other for other in found if _are_one(page, each, other)]
        shielded = any(_is_private(page, other) for other in alike)
        title = next((other.role for other in alike if other.public), "")
        public = (
            each.public
            if shielded and each.public and each.certain
            else (any(other.public for other in alike) and not shielded)
        )
        result.append(replace(each, public=public, role=each.role or title if public else ""))
    return result


def _is_private(page: Page, person: Person) -> bool:
    """Whether a relation or a flight speaks of the person where it is named, and no title does, or the name is cut."""
    return not person.public and (_cue_beside(page, person.span) or _is_cut(page, person.span))


def _is_cut(page: Page, run: Span) -> bool:
    """Whether a report gives only the first letter of a surname, as it does of people who must not be found."""
    return run[1] > run[0] and len(page.raw(run[1]).rstrip(".")) == 1


def _are_one(page: Page, one: Person, other: Person) -> bool:
    mine = [page.raw(at) for at in range(one.span[0], one.span[1] + 1)]
    theirs = [page.raw(at) for at in range(other.span[0], other.span[1] + 1)]
    if len(mine) > 1 and len(theirs) > 1:
        return spelling.same(mine[0], theirs[0]) and spelling.same(mine[-1], theirs[-1])
    return spelling.same(mine[-1], theirs[-1]) or spelling.same(mine[0], theirs[0])
