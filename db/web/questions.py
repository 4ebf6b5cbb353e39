"""What a ready-made question may be asked with in, the fields of its form out: labels, hints and choices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.web import names
from db.web.pages import rows_of

_MOST = 300  # choices of one field
_CALLED = {
    "country": names.country,
    "language": names.language,
    "figure_type": names.figure_type,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: a list of ``choices`` (value and label) where there are any, else a box of the given ``type``.

    ``empty`` says what an empty field means.
    """

    name: str
    label: str
    hint: str
    value: str
    type: str
    empty: str
    choices: tuple[tuple[str, str], ...]


async def fields(database: Any, question: Mapping[str, Any], values: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields of ``question``, filled with ``values``; its metadata says under ``asked`` what each is for."""
    asked = question.get("asked") or {}
    found = []
    for name in question.get("params") or ():
        told, value = asked.get(name) or {}, values.get(name, "")
        found.append(
            Field(
                name=name,
                label=told.get("label") or name,
                hint=told.get("hint") or "",
                value=value,
                type=told.get("type") or "text",
                empty=told.get("empty") or "any",
                choices=await _choices(database, told, value) if told.get("choices") else (),
            )
        )
    return tuple(found)


async def _choices(database: Any, told: Mapping[str, Any], value: str) -> tuple[tuple[str, str], ...]:
    """What the database holds to choose from, in the order of its names; a value that is not there may stay chosen."""
    called = _CALLED.get(told.get("names", ""), str)
    rows = await rows_of(database, told["choices"])
    codes = {str(next(iter(row.values()))) for row in rows[:_MOST]} | ({value} if value else set())
    return tuple(sorted(((code, called(code)) for code in codes), key=lambda pair: pair[1].casefold()))
