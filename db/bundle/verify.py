"""An unpacked case bundle in, OK or every fault in it out. Needs Python 3.8 or newer, nothing else, and no network.

``python3 verify.py [FOLDER]``: the exit code is 0 where nothing is wrong, 1 on any fault, 2 where there is no bundle.
It checks that the files are exactly those of manifest.json, with their sizes and SHA-256; that every quote stands in
its text where it says; and that every capture is one whole WARC record of the page it names, whose block and payload
are the ones that the record digested and whose body has the SHA-256 that was noted when the page was fetched.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import sys
import zlib
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORMAT = "deserters-case-bundle/1"
_CUT = 10 * 1024 * 1024  # bytes of a body that the crawler reads at most
_FOREIGN = ("br", "zstd")  # codings that the standard library cannot undo


class FaultError(Exception):
    """Something is not as it should be."""


class Findings:
    """What was found: faults, remarks, and how much was checked."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.remarks: list[str] = []
        self.files = 0
        self.quotes = 0
        self.captures = 0


def check(folder: Path) -> Findings:
    """Check the bundle in ``folder``."""
    found = Findings()
    try:
        manifest = _manifest(folder)
        _check_files(folder, manifest["files"], found)
        texts = _check_reports(folder, manifest["reports"], found)
        _check_quotes(_json(folder, manifest["facts"]), texts, found)
    except FaultError as fault:
        found.faults.append(str(fault))
    except (KeyError, TypeError, AttributeError) as error:
        found.faults.append(f"{MANIFEST}: is not as a manifest should be: {error!r}")
    return found


def _manifest(folder: Path) -> Any:
    told = _json(folder, MANIFEST)
    if told["format"] != FORMAT:
        raise FaultError(f"{MANIFEST}: is of the format {told['format']!r}; this program knows {FORMAT}")
    return told


def _check_files(folder: Path, told: dict[str, Any], found: Findings) -> None:
    there = _files(folder)
    for name in sorted(there - set(told) - {MANIFEST}):
        found.faults.append(f"{name}: is in the folder, but not in {MANIFEST}: it was added")
    for name in sorted(told):
        if not _is_plain(name):
            found.faults.append(f"{name!r}: is no name that a bundle uses")
        elif name not in there:
            found.faults.append(f"{name}: is missing")
        else:
            data = _bytes(folder, name)
            found.files += 1
            if len(data) != told[name]["bytes"] or _sha256(data) != told[name]["sha256"]:
                found.faults.append(f"{name}: is not the file that {MANIFEST} names: its SHA-256 is another")


def _check_reports(folder: Path, reports: list[dict[str, Any]], found: Findings) -> dict[int, str]:
    texts: dict[int, str] = {}
    for report in reports:
        try:
            texts[report["report"]] = _bytes(folder, report["text"]).decode("utf-8")
            if report["capture"]:
                found.captures += 1
                _check_capture(folder, report, found)
            else:
                found.remarks.append(f"report {report['report']}: has no capture: {report['capture_missing']}")
        except (FaultError, UnicodeDecodeError) as fault:
            found.faults.append(str(fault))
    return texts


def _check_quotes(facts: list[dict[str, Any]], texts: dict[int, str], found: Findings) -> None:
    unchecked = 0
    for fact in facts:
        start, end, quote = fact["start"], fact["end"], fact["quote"]
        text = texts.get(fact["report"])
        if not fact["in_text"]:
            unchecked += 1
        elif text is None or not 0 <= start < end or text[start:end] != quote:
            where = f"report {fact['report']}, characters {start} to {end}"
            found.faults.append(f"{where}: the quote does not stand there: {quote[:80]!r}")
        else:
            found.quotes += 1
    if unchecked:
        found.remarks.append(f"{unchecked} quotes cannot be checked: their texts are excerpts")


def _check_capture(folder: Path, report: dict[str, Any], found: Findings) -> None:
    capture = report["capture"]
    name, url, noted = (str(capture[key]) for key in ("file", "url", "page_sha256"))
    headers, block = record(_bytes(folder, name), name)
    if headers.get("warc-target-uri", "").strip("<>") != url:
        raise FaultError(f"{name}: is a record of {headers.get('warc-target-uri')}, not of {url}")
    _demand_digest(headers.get("warc-block-digest", ""), block, f"{name}: its block")
    http, payload = payload_of(block)
    _demand_digest(headers.get("warc-payload-digest", ""), payload, f"{name}: its payload")
    if noted not in (_sha256(body) for body in bodies(http, payload)):
        coding = http.get("content-encoding", "").lower()
        if any(each in coding for each in _FOREIGN):
            found.remarks.append(f"{name}: its body is coded as {coding}, which this program cannot undo")
        else:
            raise FaultError(f"{name}: the SHA-256 of the page in it is not the one that was noted when it was fetched")


def record(data: bytes, name: str) -> tuple[dict[str, str], bytes]:
    """The one WARC record in ``data``: its headers by their names in lower case, and its block."""
    try:
        plain = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise FaultError(f"{name}: cannot be unpacked: {error}") from error
    head, _, rest = plain.partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    headers = fields(lines[1:])
    length = headers.get("content-length", "")
    if not lines[0].startswith("WARC/1.") or headers.get("warc-type") != "response" or not length.isdigit():
        raise FaultError(f"{name}: is no WARC record of a response")
    if rest[int(length) :] != b"\r\n\r\n":
        raise FaultError(f"{name}: is not exactly one record: it ends too early or too late")
    return headers, rest[: int(length)]


def payload_of(block: bytes) -> tuple[dict[str, str], bytes]:
    """The headers of an HTTP answer by their names in lower case, and what stands behind them."""
    head, _, payload = block.partition(b"\r\n\r\n")
    return fields(head.decode("latin-1").split("\r\n")[1:]), payload


def fields(lines: list[str]) -> dict[str, str]:
    """Header lines as names in lower case and values; the first of a name counts."""
    headers: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        headers.setdefault(key.strip().lower(), value.strip())
    return headers


def bodies(http: dict[str, str], payload: bytes) -> list[bytes]:
    """What the page can be: as it stands, and without the codings that its headers name; also cut at 10 MB."""
    found = [payload]
    if "chunked" in http.get("transfer-encoding", "").lower():
        found.append(_unchunked(payload))
    for coding, bits in (("gzip", 31), ("deflate", 15), ("deflate", -15)):
        if coding in http.get("content-encoding", "").lower():
            found += [plain for plain in (_inflated(body, bits) for body in found[:2]) if plain is not None]
    return found + [body[:_CUT] for body in found if len(body) > _CUT]


def _unchunked(payload: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while True:
        size, _, _ = payload[at : at + 64].partition(b"\r\n")
        number = size.split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]+", number) or int(number, 16) == 0:
            return b"".join(pieces)
        at += len(size) + 2
        pieces.append(payload[at : at + int(number, 16)])
        at += int(number, 16) + 2


def _inflated(data: bytes, bits: int) -> bytes | None:
    try:
        return zlib.decompressobj(bits).decompress(data)
    except zlib.error:
        return None


def _demand_digest(told: str, data: bytes, what: str) -> None:
    """Raise where ``data`` has another digest than the record says, as ``sha1:`` or ``sha256:`` in base 32 or 16."""
    kind, _, value = told.partition(":")
    if kind.lower() not in ("sha1", "sha256"):
        raise FaultError(f"{what} has no digest that can be checked")
    made = hashlib.new(kind.lower(), data)
    spellings = (base64.b32encode(made.digest()).decode().rstrip("="), made.hexdigest().upper())
    if value.upper().rstrip("=") not in spellings:
        raise FaultError(f"{what} is not the one that the record digested")


def _files(folder: Path) -> set[str]:
    """The names of all files and links below the folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file()}


def _is_plain(name: str) -> bool:
    return bool(re.fullmatch(r"(?:[a-z]+/)?[A-Za-z0-9._-]+", name)) and not name.startswith(".")


def _bytes(folder: Path, name: str) -> bytes:
    path = folder / name
    if not _is_plain(name) or path.is_symlink() or path.parent.is_symlink():
        raise FaultError(f"{name!r}: is no file that a bundle uses")
    try:
        return path.read_bytes()
    except OSError as error:
        raise FaultError(f"{name}: cannot be read: {error.strerror}") from error


def _json(folder: Path, name: str) -> Any:
    try:
        return json.loads(_bytes(folder, name).decode("utf-8"))
    except ValueError as error:
        raise FaultError(f"{name}: is no JSON: {error}") from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main(arguments: list[str]) -> int:
    """Say what was found; the exit code."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    if not (folder / MANIFEST).is_file():
        sys.stderr.write(f"{folder}: has no {MANIFEST}; unpack the bundle and name its folder\n")
        return 2
    found = check(folder)
    for remark in found.remarks:
        sys.stdout.write(f"note: {remark}\n")
    for fault in found.faults:
        sys.stdout.write(f"FAULT: {fault}\n")
    sys.stdout.write(f"SHA-256 of {MANIFEST}: {_sha256(_bytes(folder, MANIFEST))}\n")
    told = f"{found.files} files, {found.quotes} quotes, {found.captures} captures"
    sys.stdout.write(f"{len(found.faults)} FAULTS; checked {told}\n" if found.faults else f"OK: {told}\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
