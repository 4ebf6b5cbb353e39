"""The bytes of a page in, its text out, in whatever encoding they came and whatever the page declares."""

import re
from collections.abc import Iterator
from itertools import pairwise

from resiliparse.parse.encoding import detect_encoding
from w3lib.encoding import resolve_encoding

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:script\b.*?</script|style\b.*?</style)\s*>|<[^>]*>|&#?\w+;", re.IGNORECASE | re.DOTALL)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LAST_RESORTS = ("windows-1252", "windows-1251", "koi8-u", "windows-1250", "windows-1254", "windows-1253", "iso-8859-5")
_PROPER = frozenset(" ’‘“”„«»–—…№•·©")
_SUPERSETS = {"koi8-r": "koi8-u"}  # the detector knows one of two that differ only in drawn lines and Ukrainian letters
_CONTROL = re.compile(r"[\x80-\x9f\ufffd]")  # no page has C1 controls: where they come up, the encoding is another
_BEYOND_LATIN = "\u0370"
_SAMPLE = 400_000
_BROKEN_SHARE = 0.002  # more replacement and control characters than this among the non-ASCII: the declaration is wrong


def text_of(body: bytes, content_type: str = "") -> str:
    """``body`` as text. Never fails: bytes that fit no encoding become U+FFFD.

    A byte order mark decides; else valid UTF-8 with anything beyond ASCII is UTF-8; else the first declared encoding
    (header, then meta) that fits; else the likeliest of the visible text.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    if body[:200].count(b"\x00") > 20:
        return body.decode("utf-16-le" if body[1:2] == b"\x00" else "utf-16-be", errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _declared_or_detected(body, content_type)


def _declared_or_detected(body: bytes, content_type: str) -> str:
    for encoding in _declared(body, content_type):
        text = _decode(body, encoding)
        if text is not None and _fits(body, text, encoding):
            return text
    seen = _visible(body)
    guess = _SUPERSETS.get(found := detect_encoding(seen) or "", found)
    text = _decode(body, guess)
    if text is not None and _fits(body, text, guess):
        return text
    return body.decode(
        max(_LAST_RESORTS, key=lambda name: _plausibility(seen.decode(name, errors="replace"))), "replace"
    )


def _plausibility(text: str) -> float:
    """How much ``text`` reads like words: lower-case letters beyond ASCII, less what stands in no word."""
    beyond = [(before, char) for before, char in pairwise(text[:_SAMPLE]) if char > "\x7f"]
    good = sum(char.islower() for _, char in beyond)
    bad = sum(_is_odd(before, char) for before, char in beyond)
    return (good - 2 * bad) / (len(beyond) or 1)


def _is_odd(before: str, char: str) -> bool:
    """Whether ``char`` is debris, a capital inside a word, or of another script than the Latin letter ``before`` it."""
    if not char.isalpha():
        return char not in _PROPER
    return before.islower() and (char.isupper() or (before.isascii() and char >= _BEYOND_LATIN))


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    header = _HEADER.search(content_type)
    if header:
        yield header[1]
    meta = _META.search(body[:4096])
    if meta:
        yield meta[1].decode("ascii", errors="replace")


def _decode(body: bytes, label: str) -> str | None:
    """Decode by the label's meaning in the WHATWG encoding standard; ``None`` where there is no such label."""
    encoding = resolve_encoding(label)
    return body.decode(encoding, errors="replace") if encoding else None


def _fits(body: bytes, text: str, encoding: str) -> bool:
    broken = sum(1 for _ in _CONTROL.finditer(text))
    beyond = sum(1 for _ in re.finditer(rb"[\x80-\xff]+", body[:_SAMPLE])) or 1
    if broken / beyond > _BROKEN_SHARE:
        return False
    if not encoding.lower().startswith(("iso-8859-1", "latin", "windows-1252", "us-ascii", "ascii")):
        return True
    return not _is_disguised(body)


def _is_disguised(body: bytes) -> bool:
    """Whether a page that calls itself Western is Cyrillic, Greek or the like: long runs of high bytes give it away."""
    high = _visible(body)
    runs = re.findall(rb"[\x80-\xff]{3,}", high)
    return sum(map(len, runs)) > 0.5 * sum(1 for byte in high if byte > 0x7F)


def _visible(body: bytes) -> bytes:
    """The bytes that a reader sees, so that a page's English markup does not hide its language."""
    pieces = _MARKUP.split(body[:_SAMPLE])
    return b" ".join(piece for piece in pieces if piece and not piece.isascii())
