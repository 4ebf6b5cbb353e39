"""Facts in, rows of their tables out."""

from collections.abc import Iterator
from dataclasses import dataclass

from db.model import Citation, Decision, Evidence, Facts, Figure, FigureType, Mention
from db.rows import Row

TABLES = ("figures", "decisions", "mentions", "protected_mentions", "citations")
_UNITS = {  # of types that are counted in one unit only
    FigureType.ABSENCE_CASES: "cases",
    FigureType.PRISON_YEARS: "years",
    FigureType.SHARE: "percent",
    FigureType.RATIO: "times",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Of which report a fact is, and since when it is known."""

    report: int
    since: str


def fact_rows(facts: Facts, known: Known) -> Iterator[tuple[str, Row]]:
    """Each fact as its table's name and its row, in a fixed order; figures lack the number of their series."""
    yield from (("figures", {**_figure(each), **_common(each.evidence, known)}) for each in facts.figures)
    yield from (("decisions", {**_decision(each), **_common(each.evidence, known)}) for each in facts.decisions)
    yield from (("mentions", {**_mention(each), **_common(each.evidence, known)}) for each in facts.mentions)
    yield from (("protected_mentions", {**_mention(each), **_common(each.evidence, known)}) for each in facts.protected)
    yield from (("citations", {**_citation(each), **_common(each.evidence, known)}) for each in facts.citations)


def _common(evidence: Evidence, known: Known) -> Row:
    return {
        "report": known.report,
        "start": evidence.start,
        "end": evidence.end,
        "quote": evidence.quote,
        "known_from": known.since,
    }


def _figure(figure: Figure) -> Row:
    return {
        "type": figure.type.value,
        "low": figure.low,
        "high": figure.high,
        "unit": figure.unit or _UNITS.get(figure.type, ""),
        "counted": figure.counted,
        "territory": figure.territory,
        "starts": figure.starts.isoformat() if figure.starts else None,
        "ends": figure.ends.isoformat() if figure.ends else None,
        "period_certainty": figure.period_certainty,
        "cumulative": int(figure.cumulative),
        "per": figure.per,
        "speaker": figure.speaker,
        "organisation": figure.organisation,
        "certainty": figure.certainty,
    }


def _decision(decision: Decision) -> Row:
    return {
        "kind": decision.kind.value,
        "country": decision.country,
        "people": decision.people,
        "decided_on": decision.decided_on.isoformat() if decision.decided_on else None,
        "decided_by": decision.decided_by,
        "articles": ", ".join(decision.articles),
        "sentence": decision.sentence,
        "certainty": decision.certainty,
    }


def _mention(mention: Mention) -> Row:
    return {
        "kind": mention.kind.value,
        "name": mention.name,
        "country": mention.country,
        "role": mention.role,
        "certainty": mention.certainty,
    }


def _citation(citation: Citation) -> Row:
    return {"name": citation.name, "origin": int(citation.origin), "certainty": round(citation.certainty, 3)}
