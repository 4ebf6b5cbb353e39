"""Reports and their quoted sentences in, footnotes out: text, Markdown, RIS and BibTeX.

Footnotes follow the reports on countries of origin of the European Union Agency for Asylum: publisher, title, date of
publication, address, day of access; behind them stands where the archived copy is and by which hash it is known.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.bundle.gathering import Case, Report

_QUOTED = ("figure", "decision")  # kinds of facts whose sentences become footnotes
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_BIBTEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A footnote: its number, the report, the sentence, and the offsets of the words in it that tell something."""

    number: int
    report: Report
    sentence: str
    places: tuple[tuple[int, int], ...]
    in_text: bool


def notes(case: Case) -> tuple[Note, ...]:
    """A footnote for every sentence with a figure or a decision, report after report, each sentence once."""
    found: dict[tuple[int, str], list[Any]] = {}
    for report in case.reports:
        for fact in report.facts:
            if fact.kind in _QUOTED:
                found.setdefault((report.number, fact.sentence), [report]).append(fact)
    return tuple(
        Note(
            number=number,
            report=report,
            sentence=sentence,
            places=tuple(dict.fromkeys((fact.start, fact.end) for fact in facts)),
            in_text=all(fact.in_text for fact in facts),
        )
        for number, ((_, sentence), (report, *facts)) in enumerate(found.items(), start=1)
    )


def reference(row: Mapping[str, Any]) -> str:
    """A report as a footnote names it: publisher, title, date, address, day of access."""
    title = row["title"] or "[without a headline]"
    return f"{row['publisher']}, {title}, {published(row)}, {address(row)}, accessed {day(row['accessed_at'])}"


def address(row: Mapping[str, Any]) -> str:
    """The report's own address."""
    return str(row["canonical_url"] or row["url"])


def is_web(told: str) -> bool:
    """Whether an address may become a link: one of the web, in plain characters."""
    return bool(re.fullmatch(r"https?://[^\s<>\"\\^`{|}]+", told))


def published(row: Mapping[str, Any]) -> str:
    """The day of publication on the publisher's calendar; ``n.d.`` where none was found."""
    told = row["published_on"] or row["published_at"]
    return day(told) if told else "n.d."


def day(stored: str) -> str:
    """A stored day or moment as ``1 March 2026``."""
    found = date.fromisoformat(stored[:10])
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def archived(report: Report, capture: str | None) -> str:
    """Where the archived copy is, and by which hash the page is known."""
    place = f"archived copy: {capture}" if capture else "no archived copy in this bundle"
    return f"{place}, SHA-256 of the page {report.row['sha256']}"


def text(case: Case, captures: Mapping[int, str]) -> str:
    """Footnotes and sources as plain text."""
    lines = ["QUOTED SENTENCES", ""]
    for note in notes(case):
        lines += [f"[{note.number}] “{note.sentence}”", f"    {reference(note.report.row)};"]
        where = _where(note)
        lines += [f"    {archived(note.report, captures.get(note.report.number))}; {where}.", ""]
    lines += ["SOURCES", ""]
    for report in case.reports:
        lines += [f"{reference(report.row)}; {archived(report, captures.get(report.number))}.", ""]
    return "\n".join(lines)


def markdown(case: Case, captures: Mapping[int, str]) -> str:
    """The same as Markdown, each sentence with its footnote."""
    lines = ["# Quoted sentences", ""]
    for note in notes(case):
        lines += [f"> {_plain(note.sentence)}[^{note.number}]", ""]
    for note in notes(case):
        told = archived(note.report, captures.get(note.report.number))
        lines += [f"[^{note.number}]: {_cited(note.report.row)}; {told}; {_where(note)}.", ""]
    lines += ["# Sources", ""]
    lines += [f"- {_cited(report.row)}; {archived(report, captures.get(report.number))}." for report in case.reports]
    return "\n".join([*lines, ""])


def ris(case: Case) -> str:
    """The reports as RIS records, for programs that keep references."""
    lines: list[str] = []
    for report in case.reports:
        row = report.row
        told = row["published_on"] or (row["published_at"] or "")[:10]
        pairs = [
            ("TY", "ELEC"), ("TI", row["title"]), *(("AU", name) for name in _authors(row)), ("PB", row["publisher"]),
            ("DA", told.replace("-", "/")), ("PY", told[:4]), ("UR", address(row)),
            ("Y2", row["accessed_at"][:10].replace("-", "/")), ("LA", row["language"]),
            ("N1", f"Report {report.number}; SHA-256 of the page {row['sha256']}"),
            ("ID", f"deserters-{report.number}"),
        ]  # fmt: skip
        lines += [f"{tag}  - {_line(value)}" for tag, value in pairs if value] + ["ER  - ", ""]
    return "\r\n".join(lines)


def bibtex(case: Case) -> str:
    """The reports as BibTeX entries (of biblatex's kind ``online``)."""
    entries = []
    for report in case.reports:
        row = report.row
        told = row["published_on"] or (row["published_at"] or "")[:10]
        fields = {
            "title": _escaped(row["title"]), "author": " and ".join(f"{{{_escaped(name)}}}" for name in _authors(row)),
            "organization": _escaped(row["publisher"]), "date": told,
            "url": re.sub(r"[{}\\\s]", _percent, address(row)),
            "urldate": row["accessed_at"][:10], "langid": row["language"],
            "note": f"SHA-256 of the page {row['sha256']}",
        }  # fmt: skip
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        entries.append(f"@online{{deserters{report.number},\n{body}\n}}\n")
    return "\n".join(entries)


def moment(stored: str) -> str:
    """A stored moment as ``1 March 2026, 09:30 UTC``."""
    found = datetime.fromisoformat(stored)
    return f"{day(stored)}, {found:%H:%M} UTC"


def _where(note: Note) -> str:
    places = ", ".join(f"{start}–{end}" for start, end in note.places)
    held = "" if note.in_text else ", which the text in this bundle, an excerpt, does not hold"
    return f"report {note.report.number}, characters {places} of its text{held}"


def _cited(row: Mapping[str, Any]) -> str:
    title = _plain(row["title"] or "[without a headline]")
    link = f"<{address(row)}>" if is_web(address(row)) else _plain(address(row))
    return f"{_plain(row['publisher'])}, *{title}*, {published(row)}, {link}, accessed {day(row['accessed_at'])}"


def _plain(told: str) -> str:
    """Text in which nothing means anything to Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", _line(told))


def _escaped(told: str) -> str:
    return "".join(_BIBTEX.get(char, char) for char in _line(told or ""))


def _percent(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"


def _line(told: Any) -> str:
    return " ".join(str(told).split())


def _authors(row: Mapping[str, Any]) -> Iterable[str]:
    found = json.loads(row["authors"] or "[]")
    return [str(name) for name in found] if isinstance(found, list) else []
