"""Fingerprints in, the JSON of their rows out, and back."""

import json
from dataclasses import fields
from typing import Any

from db.model import Article, Capture, Fingerprint
from db.rows import stamp


def packed(fingerprint: Fingerprint) -> str:
    """A fingerprint as JSON, its sets sorted."""
    told = {field.name: getattr(fingerprint, field.name) for field in fields(Fingerprint)}
    row = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in told.items()}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str) -> Fingerprint:
    """The fingerprint that ``packed`` made ``text`` of."""
    row = json.loads(text)
    known = {field.name for field in fields(Fingerprint)}
    values: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in row.items() if name in known
    }
    return Fingerprint(**values)


def order(article: Article, capture: Capture, key: str) -> str:
    """Where a report stands among all, by what it says of itself: its moment, then its address; sorts as text."""
    return f"{stamp(article.published_at or capture.fetched_at)} {key}"
