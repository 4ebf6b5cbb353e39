"""The facts of a report in, what each is in words and where it stands out."""

from collections.abc import Mapping
from typing import Any

from db.model import bounds
from db.web import names
from db.web.links import shortened
from db.web.marking import Fact
from db.web.pages import Said

_NOTE = 160  # characters of a note in the text


def marks(said: Said) -> list[Fact]:
    """The facts as they are marked in the text: figures and names; decisions, whole sentences, as notes."""
    decisions = [
        Fact(start=row["start"], end=row["end"], quote=row["quote"], told=shortened(decision(row), _NOTE), marked=False)
        for row in said.decisions
    ]
    named = [_fact(row, mention(row)) for row in said.mentions]
    return [*(_fact(row, figure(row)) for row in said.figures), *decisions, *named]


def _fact(row: Mapping[str, Any], told: str) -> Fact:
    return Fact(start=row["start"], end=row["end"], quote=row["quote"], told=told)


def figure(row: Mapping[str, Any]) -> str:
    """A figure in words: type, value, territory, period, who says so."""
    unit = "%" if row["unit"] == "percent" else row["unit"]
    return _joined(
        f"{names.figure_type(row['type'])}: {bounds(row['low'], row['high'])} {unit}".rstrip(),
        names.country(row["territory"]) if row["territory"] else "",
        names.span(row["starts"], row["ends"]),
        f"says {row['organisation'] or row['speaker']}" if row["organisation"] or row["speaker"] else "",
    )


def decision(row: Mapping[str, Any]) -> str:
    """A decision in words: what, where, for how many, when, by whom."""
    return _joined(
        names.decision(row["kind"]),
        names.decider(row["country"], row["certainty"]),
        f"{row['people']} people" if row["people"] else "",
        names.day(row["decided_on"]) if row["decided_on"] else "",
        f"by {row['decided_by']}" if row["decided_by"] else "",
    )


def mention(row: Mapping[str, Any]) -> str:
    """A name in words: of what kind, whose, in what role."""
    name = names.country(row["name"]) if row["kind"] == "country" else row["name"]
    return _joined(f"{row['kind'].capitalize()}: {name}", names.place_role(row["role"] or ""))


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))
