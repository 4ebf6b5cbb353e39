"""What someone typed into the search box in, a full-text query that SQLite always understands out."""

import re

_TYPED = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_WORD = re.compile(r"\w+")
_PREFIX_FROM = 3
NOTHING = '""'


def fts_query(typed: str | None) -> str:
    """FTS5 syntax: all words, each also as the beginning of a longer one; "a phrase" exactly; ``-word`` keeps out."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in _TYPED.findall(typed or ""):
        quoted = _quoted(phrase or word, exactly=bool(phrase))
        if quoted:
            (unwanted if minus else wanted).append(quoted)
    if not wanted:
        return NOTHING
    return " NOT ".join([" AND ".join(wanted), *unwanted])


def words(typed: str | None) -> tuple[str, ...]:
    """The words that were asked for, to be marked where they stand; the ones to keep out are left out."""
    found: list[str] = []
    for minus, phrase, word in _TYPED.findall(typed or ""):
        if not minus:
            found += _WORD.findall(phrase or word)
    return tuple(found)


def _quoted(text: str, *, exactly: bool) -> str:
    parts = _WORD.findall(text)
    if not parts:
        return ""
    star = "" if exactly or len(parts[-1]) < _PREFIX_FROM else "*"
    return f'"{" ".join(parts)}"{star}'
