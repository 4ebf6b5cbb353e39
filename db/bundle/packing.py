"""A case and the archive in, a ZIP file out: the same rows give the same bytes but for the moment that it states."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from isal import isal_zlib

from db.archive import read, record_bytes
from db.bundle import citing, rendering, verify
from db.bundle.gathering import Case, Fact, Report
from db.bundle.readme import HELD, NONE_HELD, README
from db.errors import DesertersError
from db.model import Place, bounds

MOST_CAPTURE_BYTES = 512 * 1024 * 1024  # of all captures of one bundle
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the time of every file in the ZIP, since none is known better
_COLUMNS = (
    "report", "fact", "what", "value", "unit", "country", "starts", "ends", "who", "start", "end", "quote", "sentence",
    "footnote", "certainty",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What a bundle holds, and the SHA-256 of its manifest, by which it is known."""

    reports: int
    captures: int
    missing: Mapping[int, str]
    left_out: int
    manifest_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A capture in the bundle: its file, whose page it is, and when that was fetched."""

    file: str
    url: str
    fetched_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    record: bytes
    url: str
    fetched_at: datetime


class _Box:
    """A ZIP file being filled, all of it in one folder; remembers size and hash of what that holds."""

    def __init__(self, target: BinaryIO, folder: str) -> None:
        self._zip, self._folder = zipfile.ZipFile(target, "w"), folder
        self.files: dict[str, dict[str, Any]] = {}

    def put(self, name: str, data: bytes | str) -> None:
        """Add a file; its place in the order of calls is its place in the ZIP."""
        content = data.encode() if isinstance(data, str) else data
        told = zipfile.ZipInfo(f"{self._folder}/{name}", _BEGINNING)
        told.external_attr = 0o644 << 16
        told.create_system = 3
        told.compress_type = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
        self._zip.writestr(told, content, compresslevel=None if name.endswith(".gz") else 9)
        self.files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def close(self) -> None:
        """Finish the ZIP."""
        self._zip.close()


def pack(case: Case, archive: Path | None, target: BinaryIO, made_at: datetime, note: str = "") -> Packed:
    """Write the bundle of ``case`` to ``target``; what it holds.

    A capture that is not in ``archive``, or is not the page that was noted, is left out, and the manifest says why.
    ``note`` stands in the README. ``archive`` is ``None`` where there are no captures at all.
    """
    box, notes = _Box(target, folder_name(case)), citing.notes(case)
    held, missing = _captures(case, archive, box)
    captures = {number: each.file for number, each in held.items()}
    numbers = {(note.report.number, place): note.number for note in notes for place in note.places}
    for report in case.reports:
        mine = {place: number for (owner, place), number in numbers.items() if owner == report.number}
        box.put(text_name(report), report.text)
        box.put(f"reports/{report.number:06d}.html", rendering.report_page(report, captures.get(report.number), mine))
    box.put("reports.json", _json([_told(report) for report in case.reports]))
    facts = [fact for report in case.reports for fact in report.facts]
    box.put("facts.json", _json([_fact(fact) for fact in facts]))
    box.put("facts.csv", _table(facts, numbers))
    box.put("footnotes.txt", citing.text(case, captures))
    box.put("footnotes.md", citing.markdown(case, captures))
    box.put("footnotes.html", rendering.footnotes_page(case, captures))
    box.put("citations.ris", citing.ris(case))
    box.put("citations.bib", citing.bibtex(case))
    box.put("verify.py", Path(verify.__file__).read_bytes())
    box.put("README.txt", _readme(case, len(captures), missing, made_at, note))
    manifest = _json(_manifest(case, held, missing, made_at, box.files))
    box.put(verify.MANIFEST, manifest)
    box.close()
    return Packed(
        reports=len(case.reports), captures=len(captures), missing=missing, left_out=case.left_out,
        manifest_sha256=hashlib.sha256(manifest.encode()).hexdigest(),
    )  # fmt: skip


def folder_name(case: Case) -> str:
    """The one folder in the ZIP, so that unpacking scatters nothing."""
    return f"deserters-story-{case.story['id']}" if case.story else "deserters-case"


def text_name(report: Report) -> str:
    """Where the text of a report stands, exactly as offsets count it."""
    return f"texts/{report.number:06d}.txt"


def _captures(case: Case, archive: Path | None, box: _Box) -> tuple[dict[int, Held], dict[int, str]]:
    """Put the captures into the box; where they stand, and why others are missing."""
    held: dict[int, Held] = {}
    missing: dict[int, str] = {}
    left = MOST_CAPTURE_BYTES
    for report in case.reports:
        found, why = _capture(report, archive)
        if found and len(found.record) > left:
            found, why = None, "the bundle would grow too large; ask for this report alone"
        if found:
            name = f"captures/{report.number:06d}.warc.gz"
            held[report.number] = Held(file=name, url=found.url, fetched_at=_stamp(found.fetched_at))
            box.put(name, found.record)
            left -= len(found.record)
        else:
            missing[report.number] = why
    return held, missing


def _capture(report: Report, archive: Path | None) -> tuple[_Found | None, str]:
    """A report's capture, or why there is none."""
    file, offset = report.row["archive_file"], report.row["archive_offset"]
    if archive is None or file is None:
        return None, "captures are not part of this edition" if archive is None else "no capture is known"
    place = Place(file=file, offset=offset)
    try:
        capture = read(archive, place)
        record = record_bytes(archive, place)
    except (DesertersError, OSError, EOFError, isal_zlib.error):  # type: ignore[misc]  # the stub forgets that it is an exception
        return None, f"{file}: the record at byte {offset} is not in the archive, or is damaged"
    if hashlib.sha256(capture.body).hexdigest() != report.row["sha256"]:
        return None, f"{file}: the page at byte {offset} is not the one that was noted when it was fetched"
    return _Found(record=record, url=capture.url, fetched_at=capture.fetched_at), ""


def _manifest(
    case: Case, captures: Mapping[int, Held], missing: Mapping[int, str], made_at: datetime, files: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "format": verify.FORMAT,
        "made_at": _stamp(made_at),
        "made_with": _software(),
        "story": case.story["id"] if case.story else None,
        "left_out": case.left_out,
        "facts": "facts.json",
        "reports": [
            {
                "report": report.number,
                "text": text_name(report),
                "capture": {**asdict(captures[report.number]), "page_sha256": report.row["sha256"]}
                if report.number in captures else None,
                "capture_missing": missing.get(report.number),
            }
            for report in case.reports
        ],
        "files": dict(sorted(files.items())),
    }  # fmt: skip


def _told(report: Report) -> dict[str, Any]:
    lists = {name: json.loads(report.row[name] or "[]") for name in ("authors",)}
    return {
        **report.row, **lists, "characters": len(report.text), "found_as": list(report.found_as),
        "revisions": list(report.revisions),
    }  # fmt: skip


def _fact(fact: Fact) -> dict[str, Any]:
    place = {"report": fact.report, "fact": fact.kind, "start": fact.start, "end": fact.end, "quote": fact.quote}
    return {**place, "in_text": fact.in_text, "sentence": fact.sentence, **fact.told}


def _table(facts: Iterable[Fact], numbers: Mapping[tuple[int, tuple[int, int]], int]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, _COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for fact in facts:
        told = fact.told
        footnote = numbers.get((fact.report, (fact.start, fact.end))) if fact.kind in ("figure", "decision") else None
        mine = {
            "fact": fact.kind, "what": told.get("type") or told.get("kind") or "", "footnote": footnote,
            "value": bounds(told["low"], told["high"], separator="") if fact.kind == "figure" else told.get("name", ""),
            "country": told.get("territory") or told.get("country") or "",
            "who": told.get("organisation") or told.get("speaker") or told.get("decided_by") or "",
        }  # fmt: skip
        writer.writerow({**_fact(fact), **mine})
    return stream.getvalue()


def _readme(case: Case, captures: int, missing: Mapping[int, str], made_at: datetime, note: str) -> str:
    what = f"story {case.story['id']}: {case.story['title']}" if case.story else f"{len(case.reports)} chosen reports"
    remarks = [note] if note else []
    if case.left_out:
        remarks.append(f"The story has {case.left_out} more reports, which did not fit; originals came first.")
    remarks += [f"Report {number} has no capture here: {why}." for number, why in missing.items()]
    values = {
        "what": " ".join(what.split()), "made_at": _stamp(made_at), "software": _software(),
        "reports": len(case.reports), "captures": captures, "remarks": "\n".join(remarks) or "Nothing is missing.",
        "held": HELD if captures else NONE_HELD,
    }  # fmt: skip
    return README.format(**values)


def _software() -> str:
    return f"deserters/{version('deserters')}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
