"""The facts of two editions of one report in, what changed between them out; cosmetic edits change nothing."""

from collections import Counter
from collections.abc import Iterable

from db.model import Change, Decision, Facts, Figure, MentionKind, bounds

SURE = 0.5  # certainty from which a fact's change is worth telling


def changes(old: Facts, new: Facts) -> list[Change]:
    """What the newer edition says otherwise: figures, names of people and organisations, decisions.

    Names of protected people are compared too, but not told: a change of one says only that a name changed.
    """
    return [
        *_paired("figure", map(_figure, _sure(old)), map(_figure, _sure(new))),
        *_paired("name", _names(old), _names(new)),
        *_hidden(old, new),
        *_paired("decision", _decisions(old), _decisions(new)),
    ]


def _sure(facts: Facts) -> list[Figure]:
    return [each for each in facts.figures if each.certainty >= SURE]


def _figure(figure: Figure) -> str:
    period = ""
    if figure.period_certainty >= SURE and (figure.starts or figure.ends):
        period = f", {figure.starts or ''} to {figure.ends or ''}"
    return f"{bounds(figure.low, figure.high, separator='')} {figure.type}{period}{_with(figure.organisation)}"


def _names(facts: Facts) -> set[str]:
    return {each.name for each in facts.mentions if each.kind in {MentionKind.PERSON, MentionKind.ORGANISATION}}


def _hidden(old: Facts, new: Facts) -> list[Change]:
    before, after = ({each.name for each in facts.protected if each.kind is MentionKind.PERSON} for facts in (old, new))
    if not before - after:
        return []
    return [Change(what="name", old="a protected name", new="another" if after - before else "")]


def _decisions(facts: Facts) -> list[str]:
    return [_decision(each) for each in facts.decisions if each.certainty >= SURE]


def _decision(decision: Decision) -> str:
    """A decision in words: kind, country, number of people, day, articles; its term is a figure."""
    words = (
        decision.kind,
        decision.country,
        f"of {decision.people}" if decision.people else "",
        f"on {decision.decided_on}" if decision.decided_on else "",
        "under " + " and ".join(decision.articles) if decision.articles else "",
    )
    return " ".join(filter(None, words))


def _with(organisation: str) -> str:
    return f", {organisation}" if organisation else ""


def _paired(what: str, old: Iterable[str], new: Iterable[str]) -> list[Change]:
    """What is gone beside what has come, in order; of what only came nothing is told before something is gone."""
    before, after = Counter(old), Counter(new)
    gone, come = sorted((before - after).elements()), sorted((after - before).elements())
    pairs = [
        (gone[at] if at < len(gone) else "", come[at] if at < len(come) else "")
        for at in range(max(len(gone), len(come)))
    ]
    return [Change(what=what, old=one, new=other) for one, other in pairs]
