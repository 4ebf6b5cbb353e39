"""Codes in, what people call them out: languages, countries, roles, origins of dates; moments in words."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel

from db.countries import SURE


class Names(BaseModel):
    """The content of ``names.yml``."""

    languages: dict[str, str]
    right_to_left: frozenset[str]
    countries: dict[str, str]
    date_origins: dict[str, str]
    kinds: dict[str, str]
    role_groups: dict[str, list[str]]
    place_roles: dict[str, str]
    channels: dict[str, str]
    figure_types: dict[str, str]
    decisions: dict[str, str]
    relations: dict[str, str]


@cache
def load() -> Names:
    """The names that ship with the site."""
    path = Path(__file__).parent / "names.yml"
    return Names.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def language(code: str | None) -> str:
    """``ru`` as ``Russian``; an unknown code stays as it is, none at all is said so."""
    return load().languages.get(code or "", code or "language unknown")


def country(code: str | None) -> str:
    """``fi`` as ``Finland``; an unknown code stays as it is."""
    return load().countries.get(code or "", code or "")


def date_origin(code: str | None) -> str:
    """Where a publication date came from, in words."""
    return load().date_origins.get(code or "", code or "")


def kind(code: str | None) -> str:
    """What a publisher is, in words; empty where nothing is known."""
    return load().kinds.get(code or "", code or "")


def place_role(code: str) -> str:
    """``is in`` as ``where they are``: what a country is to the men."""
    return load().place_roles.get(code, code)


def channel(code: str) -> str:
    """``feed`` as ``in a feed``: where a link was found."""
    return load().channels.get(code, code)


def figure_type(code: str) -> str:
    """``asylum-claims`` as ``Asylum claims``."""
    return load().figure_types.get(code, code)


def decision(code: str) -> str:
    """``asylum-granted`` as ``Asylum granted``."""
    return load().decisions.get(code, code)


def decider(code: str, certainty: float) -> str:
    """The country of a decision; below ``SURE`` its sentence does not name it, and that is said."""
    return f"{'' if certainty >= SURE else 'probably '}{country(code)}" if code else ""


def relation(code: str) -> str:
    """What a report is to the story's others, in words."""
    return load().relations.get(code, code)


def span(starts: str | None, ends: str | None) -> str:
    """A period of whole days in words: a year, a month, or from day to day; empty where none is known."""
    if not starts and not ends:
        return ""
    first, last = (_parsed(each) for each in (starts, ends))
    if first is None or last is None:
        return f"since {day(starts)}" if first else f"until {day(ends)}"
    following = last + timedelta(days=1)
    if first.day == 1 and following.day == 1:
        if first.month == 1 and following.month == 1 and following.year == first.year + 1:
            return str(first.year)
        if (following.year - first.year) * 12 + following.month - first.month == 1:
            return f"{first:%B %Y}"
    return f"{first.day} {first:%B %Y}" if first == last else f"{day(starts)} to {day(ends)}"


def role(code: str) -> str:
    """``other_army`` as ``other army``."""
    return code.replace("_", " ")


def role_group(code: str) -> str:
    """The colour group of a role: act, who, shelter, state or other."""
    groups = load().role_groups
    return next((group for group, roles in groups.items() if code in roles), "other")


def direction(code: str | None) -> str:
    """``rtl`` for languages that are written from right to left, ``ltr`` for others, ``auto`` where none is known."""
    if not code:
        return "auto"
    return "rtl" if code in load().right_to_left else "ltr"


def moment(stored: str | None) -> str:
    """A stored time as ``1 Mar 2026, 09:30 UTC``; what is no time stays as it is."""
    found = _parsed(stored)
    return f"{found.day} {found:%b %Y, %H:%M} UTC" if found else stored or ""


def day(stored: str | None) -> str:
    """The day of a stored time as ``1 March 2026``; what is no time stays as it is."""
    found = _parsed(stored)
    return f"{found.day} {found:%B %Y}" if found else stored or ""


def _parsed(stored: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(stored) if stored else None
        if found and found.tzinfo is None:  # a day; it is the same day wherever this machine stands
            return found.replace(tzinfo=UTC)
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
