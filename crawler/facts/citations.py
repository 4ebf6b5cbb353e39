"""A read page and its organisations in, the sources that it cites and the one it goes back to out."""

from collections.abc import Sequence

from crawler.facts.organisations import Named
from crawler.facts.page import Page, Span
from db.model import Citation, Evidence

_NEAR = 8  # words between an organisation and the verb of speech that makes it a source
_LED = 4  # words between "according to" and the one it names
_CLOSE = 2  # the same for authorities, whose papers are quoted more often than they speak
_CREDIT, _REPORTS, _TOLD, _ACCORDING, _NAMED = 4.0, 3.0, 2.5, 2.0, 1.0
_MEDIA_FIRST = 0.7
_OPENING, _OPENING_SHARE = 700, 0.25  # characters, and share of the text
_SIGN_OFF = 24  # characters
_SURE = 1.0
_ONLY_COUNTS = 1.2


def citations(page: Page, named: Sequence[Named]) -> list[Citation]:
    """The sources that ``page`` cites, each once, where it is cited best; at most one is the origin."""
    scored: dict[str, tuple[float, int, Named]] = {}
    early = set()
    for number, each in enumerate(named):
        score = _score(page, each)
        if score <= 0:
            continue
        if score >= _CREDIT or each.kind == "agency" or _is_early(page, each):
            early.add(each.name)
        best = scored.get(each.name)
        if best is None or score > best[0]:
            scored[each.name] = (score, number, each)
    origins = [one for one in scored.values() if one[2].name in early]
    origin = max(origins, key=lambda one: (_rank(page, one, scored), -one[1]), default=None)
    return [
        Citation(
            evidence=evidence(page, each.span),
            name=each.name,
            origin=origin is not None and each.name == origin[2].name and _is_origin(origin),
            certainty=min(_SURE, 0.4 + 0.2 * score),
        )
        for score, _, each in sorted(scored.values(), key=lambda one: one[1])
    ]


def evidence(page: Page, span: Span) -> Evidence:
    """The words of ``span`` as evidence."""
    start, end, quote = page.quote(*span)
    return Evidence(start=start, end=end, quote=quote)


def _rank(page: Page, scored: tuple[float, int, Named], every: dict[str, tuple[float, int, Named]]) -> float:
    """How likely the report goes back to a source: newsrooms first, of them last one that only gives a number."""
    rank = scored[0] + (_MEDIA_FIRST if scored[2].is_newsroom else 0)
    others = any(each[2].is_newsroom and each[2].name != scored[2].name for each in every.values())
    counts = page.has("counted", page.sentence(scored[2].span[0]))
    return rank - (_ONLY_COUNTS if others and counts else 0)


def _is_origin(scored: tuple[float, int, Named]) -> bool:
    return scored[0] >= _ACCORDING or scored[2].is_newsroom


def _score(page: Page, each: Named) -> float:
    """How strongly ``each`` is cited where it stands; 0: not at all."""
    sentence = page.sentence(each.span[0])
    if _is_sign_off(page, each) or (_is_credit(page, each, sentence) and not _is_apposition(page, each)):
        return _CREDIT
    if _is_apposition(page, each):
        return 0
    cited = _cited(page, each, sentence)
    if each.is_newsroom:
        return cited or _NAMED
    if each.kind == "ngo":
        return cited
    return cited if cited == _ACCORDING and _led(page, each, sentence, "according", _CLOSE) else 0


def _cited(page: Page, each: Named, sentence: Span) -> float:
    score = 0.0
    if _led(page, each, sentence, "according", _LED):
        score = _ACCORDING
    if _speaks(page, each, sentence):
        score = max(score, _REPORTS)
    if _led(page, each, sentence, "told", _LED):
        score = _TOLD if score < _REPORTS or not each.is_newsroom else score
        score = _TOLD
    return score


def _led(page: Page, each: Named, sentence: Span, role: str, reach: int) -> bool:
    first = max(sentence[0], each.span[0] - reach)
    after = page.within(role, each.span[1] + 1, min(sentence[1], each.span[1] + 2)) if page.language.endings > 3 else []
    return bool(page.within(role, first, each.span[0] - 1)) or bool(after)


def _speaks(page: Page, each: Named, sentence: Span) -> bool:
    """Whether a verb of reporting stands beside the name, with no other name in between."""
    first, last = max(sentence[0], each.span[0] - _NEAR), min(sentence[1], each.span[1] + _NEAR)
    return page.has("reports", (first, each.span[0] - 1)) or page.has("reports", (each.span[1] + 1, last))


def _is_credit(page: Page, each: Named, sentence: Span) -> bool:
    """A line that begins with the word for source, or a name alone behind a dash at the end of a headline."""
    first = sentence[0]
    heads = any(span[0] == first for span in page.hits.get("credit", ()))
    return heads and page.gap(first).lstrip()[:1] in {":", "-", "–", "—"} and each.span[0] - first <= _NEAR


def _is_sign_off(page: Page, each: Named) -> bool:
    """An agency in brackets with which the text ends: "(with AFP)"."""
    behind = page.text[page.words.ends[each.span[1]] :].strip()
    before = page.text[: page.words.starts[each.span[0]]].rsplit("(", 1)
    return each.kind == "agency" and behind in {")", ")."} and len(before) == 2 and len(before[1]) <= _SIGN_OFF


def _is_early(page: Page, each: Named) -> bool:
    """Whether the name stands in the opening; whom a long report cites further on is background."""
    return page.words.starts[each.span[0]] < max(_OPENING, _OPENING_SHARE * len(page.text))


def _is_apposition(page: Page, each: Named) -> bool:
    """A name in brackets, behind some other word than itself: "(a project of Radio Liberty)"."""
    before = page.text[max(0, page.words.starts[each.span[0]] - 60) : page.words.starts[each.span[0]]]
    opened = before.rfind("(")
    if opened < 0 or ")" in before[opened:]:
        return False
    return len(before[opened + 1 :].split()) >= 1
