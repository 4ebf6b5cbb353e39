"""Reports in, plain pages of our own out: what was published, as text, with its provenance; never the scraped page."""

from collections.abc import Iterable, Mapping
from html import escape

from db.bundle import citing
from db.bundle.gathering import Case, Fact, Report

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif;color:#1d1b18;background:#fff}"
    "h1{line-height:1.2}h2{font-size:1rem;margin-top:2rem}"
    "dl{font:.85rem/1.5 sans-serif;background:#f4f1ea;padding:1rem}"
    "dt{color:#615b52}dd{margin:0 0 .4rem;overflow-wrap:anywhere}mark{background:#fbe3a6}li{margin:.6rem 0;"
    "overflow-wrap:anywhere}blockquote{margin:0}.small{font:.85rem/1.5 sans-serif}"
)


def report_page(report: Report, capture: str | None, numbers: Mapping[tuple[int, int], int]) -> str:
    """A report to be read: provenance, then the text with the words marked that facts quote.

    ``numbers`` are the footnotes by the place of the words in the text.
    """
    row = report.row
    body = [
        f'<h1 dir="auto" lang="{escape(row["language"] or "und")}">{escape(row["title"] or "Without a headline")}</h1>',
        _provenance(report, capture),
        f'<div lang="{escape(row["language"] or "und")}" dir="auto">{_text(report, numbers)}</div>',
    ]
    absent = [fact for fact in report.facts if not fact.in_text]
    if absent:
        quotes = "".join(f'<li dir="auto">“{escape(fact.quote)}”</li>' for fact in absent)
        body.append(f"<h2>Quoted from the whole text, which is not in this bundle</h2><ul>{quotes}</ul>")
    return page(f"Report {report.number}", "\n".join(body))


def footnotes_page(case: Case, captures: Mapping[int, str]) -> str:
    """Every quoted sentence with its footnote, and the sources."""
    quoted, notes = [], []
    for note in citing.notes(case):
        row = note.report.row
        language = escape(row["language"] or "und")
        mark = f'<sup><a href="#note-{note.number}">{note.number}</a></sup>'
        sentence = f'<blockquote lang="{language}" dir="auto">{escape(note.sentence)}'
        quoted.append(f'<li id="said-{note.number}">{sentence} {mark}</blockquote></li>')
        notes.append(f'<li id="note-{note.number}">{_reference(note.report, captures)}</li>')
    sources = "".join(f"<li>{_reference(report, captures)}</li>" for report in case.reports)
    body = (
        f"<h1>Quoted sentences</h1><ol>{''.join(quoted)}</ol><h2>Footnotes</h2><ol>{''.join(notes)}</ol>"
        f"<h2>Sources</h2><ul>{sources}</ul>"
    )
    return page("Quoted sentences and sources", body)


def page(title: str, body: str) -> str:
    """A whole HTML page without scripts, pictures or anything from elsewhere."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _reference(report: Report, captures: Mapping[int, str]) -> str:
    row, capture = report.row, captures.get(report.number)
    place = f'<a href="{escape(capture)}">{escape(capture)}</a>' if capture else "none in this bundle"
    own = f'<a href="reports/{report.number:06d}.html">report {report.number}</a>'
    return (
        f"<bdi>{escape(row['publisher'])}</bdi>, "
        f"<cite><bdi>{escape(row['title'] or '[without a headline]')}</bdi></cite>, "
        f"{citing.published(row)}, {_link(citing.address(row))}, accessed {citing.day(row['accessed_at'])}. "
        f'<span class="small">{own}; archived copy: {place}; SHA-256 of the page {escape(row["sha256"])}</span>'
    )


def _provenance(report: Report, capture: str | None) -> str:
    row = report.row
    pairs: Iterable[tuple[str, str]] = (
        ("Publisher", escape(row["publisher"])),
        ("Original", _link(citing.address(row))),
        ("Published", citing.published(row)),
        ("Fetched", citing.moment(row["accessed_at"])),
        ("Archived copy", f"../{escape(capture)}" if capture else "none in this bundle; manifest.json says why"),
        ("SHA-256 of the page", escape(row["sha256"])),
        ("Report", str(report.number)),
        ("Terms of the publisher", escape(row["terms"] or "not known")),
    )
    told = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in pairs)
    return f"<dl>{told}</dl>"


def _text(report: Report, numbers: Mapping[tuple[int, int], int]) -> str:
    """The paragraphs; words that a figure or a decision quotes are followed by the number of their footnote."""
    pieces, at = [], 0
    for fact in _apart(report.facts):
        number = numbers.get((fact.start, fact.end))
        mark = f'<sup><a href="../footnotes.html#note-{number}">{number}</a></sup>' if number else ""
        pieces.append(_paragraphs(report.text[at : fact.start]))
        pieces.append(f"<mark>{escape(report.text[fact.start : fact.end])}</mark>{mark}")
        at = fact.end
    return f"<p>{''.join(pieces)}{_paragraphs(report.text[at:])}</p>"


def _apart(facts: Iterable[Fact]) -> list[Fact]:
    """Figures and decisions whose words stand in the text, none over another's; figures before sentences."""
    kept: list[Fact] = []
    quoting = [fact for fact in facts if fact.in_text and fact.kind in ("figure", "decision")]
    for fact in sorted(quoting, key=lambda fact: (fact.kind != "figure", fact.start)):
        if all(fact.end <= other.start or fact.start >= other.end for other in kept):
            kept.append(fact)
    return sorted(kept, key=lambda fact: fact.start)


def _paragraphs(text: str) -> str:
    return "</p><p>".join(escape(part) for part in text.split("\n\n"))


def _link(told: str) -> str:
    shown = escape(told)
    return f'<a href="{shown}" rel="noopener noreferrer nofollow">{shown}</a>' if citing.is_web(told) else shown
