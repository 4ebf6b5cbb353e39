"""The words that prove something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A span of a text; always ``text[start:end] == quote``."""

    start: int
    end: int
    quote: str
