"""The reports of one story in, which begins it, which speaks for it, and whom its originals go back to out."""

from collections.abc import Sequence

from db import rows

Members = dict[int, tuple[int, str, str, int, int]]


def top(report: int, members: Members) -> int:
    """The report with which the group of ``report`` begins."""
    here = report
    while members[here][0] in members:
        here = members[here][0]
    return here


def worth(row: rows.SqlRow | dict[str, object]) -> tuple[int, int, str]:
    """How fit a report is to speak for its story: originals first, then those with a body, then the earliest."""
    told = {"first": 0, "event": 0, "version": 1, "copy": 2}
    return told[str(row["relation"])], int(int(str(row["length"])) < 300), str(row["place"])


def origins(reports: Sequence[dict[str, object]]) -> list[str]:
    """Whom each original of a story goes back to: whom its reports name, else who published it first."""
    named: dict[object, str] = {}
    for row in reports:
        if row["origin"]:
            named.setdefault(row["original"], str(row["origin"]))
    published = {row["original"]: str(row["publisher"]) for row in reversed(reports)}
    spelled: dict[str, str] = {}  # one spelling for names that differ only in their article, case or marks
    told = []
    for original in dict.fromkeys(row["original"] for row in reports):
        name = named.get(original, published[original])
        told.append(spelled.setdefault(bare(name), name))
    return told


def bare(name: str) -> str:
    """A name as it is compared: without article, case or marks."""
    return "".join(letter for letter in name.lower() if letter.isalnum()).removeprefix("the")
