"""A filter such as ``lang:Russian`` in, what the index is asked for by it and what is wrong with it out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from db.search.about import country_token, days, language_token, source_token

_SPAN = re.compile(r"^(\d{1,4})([dwmy])$")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_DAY = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_WRITTEN = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")  # 28.11.2026
_BEGINNING = date(1990, 1, 1)  # no report is older


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names that stand for codes in filters, in lower case: languages, countries, and the ids of sources."""

    languages: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()


def read(name: str, value: str, now: datetime, known: Known) -> tuple[str, str]:
    """What the index is asked for by the filter ``name``, empty where nothing, and a sentence on what is wrong."""
    return _READ[name](value.lower(), now, known)


def _language(value: str, _: datetime, known: Known) -> tuple[str, str]:
    code = known.languages.get(value, value)
    if not re.fullmatch(r"[a-z]{2,3}", code) or (known.languages and code not in known.languages.values()):
        return "", f"“{value}” is no language; write its code or name, such as lang:ru or lang:Russian."
    return f'"{language_token(code)}"', ""


def _country(value: str, _: datetime, known: Known) -> tuple[str, str]:
    code = known.countries.get(value, value)
    if not re.fullmatch(r"[a-z]{2}", code) or (known.countries and code not in known.countries.values()):
        return "", f"“{value}” is no country; write its code or name, such as country:kz or country:Kazakhstan."
    return f'"{country_token(code)}"', ""


def _source(value: str, _: datetime, known: Known) -> tuple[str, str]:
    token, trouble = source_token(value), ""
    if known.sources and not any(token in _names(each) for each in known.sources):
        near = ", ".join(sorted(each for each in known.sources if value[:4] in each)[:5])
        trouble = f"No source is called “{value}”. {f'Near it: {near}.' if near else 'The page Sources lists them.'}"
    return f'"{token}"', trouble


def _names(source: str) -> set[str]:
    return {source_token(source), source_token(source.rpartition("/")[2])}


def _after(value: str, now: datetime, _: Known) -> tuple[str, str]:
    found = _day(value, now)
    return _span(value, found, days(found, date(now.year + 1, 12, 31), up_to_end=True) if found else [])


def _before(value: str, now: datetime, _: Known) -> tuple[str, str]:
    found = _day(value, now)
    return _span(value, found, days(_BEGINNING, found, up_to_end=False) if found else [])


def _span(value: str, found: date | None, tokens: list[str]) -> tuple[str, str]:
    if found is None:
        return "", f"“{value}” is no date; write 2026, 2026-03, 2026-03-15, or 7d for seven days ago."
    return " OR ".join(f'"{each}"' for each in tokens or ["never"]), ""


def _day(value: str, now: datetime) -> date | None:
    span = _SPAN.match(value)
    if span:
        return date.fromordinal(max(1, now.date().toordinal() - int(span[1]) * _DAYS[span[2]]))
    found = _DAY.match(_WRITTEN.sub(r"\3-\2-\1", value))
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None
    except ValueError:
        return None


_READ: Mapping[str, Callable[[str, datetime, Known], tuple[str, str]]] = {
    "source": _source,
    "lang": _language,
    "country": _country,
    "after": _after,
    "before": _before,
}
FIELDS = tuple(_READ)
