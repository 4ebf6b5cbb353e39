"""A page in, the nouns that numbers count out: what each stands for, and which stands nearest."""

from crawler.facts.page import Page, Span
from db.model import FigureType

BREAKS = ",;:()–—\n"  # marks behind which a noun is another number's

_OF = 2  # "applications for asylum": how far the last word stands behind the first

NOUNS = {
    "deserters": (FigureType.DESERTERS, "people"),
    "people": (FigureType.DESERTERS, "people"),
    "cases": (FigureType.ABSENCE_CASES, "cases"),
    "verdicts": (FigureType.VERDICTS, "cases"),
    "charges": (FigureType.CHARGES, "cases"),
    "claims": (FigureType.ASYLUM_CLAIMS, "applications"),
    "grants": (FigureType.GRANTS, "grants"),
    "refusals": (FigureType.REFUSALS, "applications"),
    "requests": (FigureType.REQUESTS_FOR_HELP, "requests"),
    "years": (FigureType.PRISON_YEARS, "years"),
}


def nearest_noun(page: Page, first: int, last: int, numbers: set[int]) -> tuple[str, Span] | None:
    """The noun nearest behind word ``first``, with what it stands for; none behind another of the ``numbers``."""
    order = list(NOUNS)
    spans = [
        (span[0], span[0] - span[1], order.index(role), role, span)
        for role in NOUNS
        for span in page.within(role, first, last)
    ]
    for at, _, _, role, span in sorted(spans):
        between = range(first, at)
        if any(number in numbers for number in between) or broken(page, first - 1, at, BREAKS):
            return None
        return role, span
    return None


def is_of_claims(page: Page, act: Span) -> bool:
    """Whether a deed of several words ends in the name of what was only filed: "received 1,200 asylum applications"."""
    filed = any(
        act[0] < span[0] and (span[0] <= act[1] <= span[1] or act[1] == span[1] + _OF)
        for span in page.hits.get("claims", ())
        if span[0] < span[1] or span[1] < act[1]
    )
    return filed and (act[0], act[0]) not in page.hits.get("granted", ())


def broken(page: Page, first: int, last: int, marks: str) -> bool:
    """Whether one of ``marks`` stands between two words."""
    between = page.text[page.words.ends[first] : page.words.starts[last]]
    return any(mark in between for mark in marks)
