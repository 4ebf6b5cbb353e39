"""How a public edition is served; and what its reports say beyond the excerpts of their texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.publishing import Published
from db.web import facts
from db.web.pages import Report, Said, rows_of

MOST_ROWS = 10_000  # of one file that is taken along
_TERMS = "SELECT terms, full_text FROM sources WHERE id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """A public edition to be served; ``whole_file``: its database may be taken along as one file.

    ``contact``: the address or page to which visitors may write.
    """

    edition: Published
    whole_file: bool = False
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words of a report that its text at hand does not hold: where they stand in the whole text, and what they tell."""

    start: int
    quote: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page of a published report says of itself: the terms of its source, what is cut, hidden, and quoted."""

    terms: str
    cut: bool
    hidden: bool
    withheld: bool
    quoted: tuple[Quoted, ...]


async def shown(database: Any, report: Report, said: Said, block: str) -> Shown:
    """What a published report says of itself; ``block`` stands for each hidden character."""
    found = await rows_of(database, _TERMS, [report.source])
    told = f"{report.title}{report.text}{''.join(row['quote'] for row in (*said.figures, *said.decisions))}"
    return Shown(
        terms=found[0]["terms"] if found else "",
        cut=report.text.endswith("[…]"),
        hidden=block in told,
        withheld=block in report.url,
        quoted=tuple(_absent(report, said)),
    )


def _absent(report: Report, said: Said) -> list[Quoted]:
    """Figures and decisions whose words are not in the text, each place once."""
    found: dict[int, Quoted] = {}
    rows = [(row, facts.figure(row)) for row in said.figures] + [(row, facts.decision(row)) for row in said.decisions]
    for row, told in rows:
        if not _stands(report.text, row):
            found.setdefault(row["start"], Quoted(start=row["start"], quote=row["quote"], told=told))
    return [found[start] for start in sorted(found)]


def _stands(text: str, row: Mapping[str, Any]) -> bool:
    return bool(text[row["start"] : row["end"]] == row["quote"])
