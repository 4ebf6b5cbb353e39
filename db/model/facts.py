"""What a report says, piece by piece: figures, decisions, names, whom it cites; each with the words that prove it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from db.model.pages import Evidence


class FigureType(StrEnum):
    """What a figure counts; figures of different types never stand in one sum or on one axis."""

    DESERTERS = "deserters"
    ABSENCE_CASES = "absence-cases"
    VERDICTS = "verdicts"
    CHARGES = "charges"
    ASYLUM_CLAIMS = "asylum-claims"
    GRANTS = "grants"
    REFUSALS = "refusals"
    PEOPLE_HELPED = "people-helped"
    REQUESTS_FOR_HELP = "requests-for-help"
    PEOPLE_FLED = "people-fled"
    PRISON_YEARS = "prison-years"
    SHARE = "share"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A quantity with its sentence.

    ``low`` and ``high`` bound the value, equal where it is told exactly; ``None`` where one side is open ("more than").
    ``territory`` is a country, ``starts`` to ``ends`` the period that it is about, ``period_certainty`` from 0 to 1.
    ``speaker`` and ``organisation`` say whose figure it is, as canonical names; ``certainty`` is from 0 to 1.
    """

    evidence: Evidence
    type: FigureType
    low: float | None
    high: float | None
    unit: str = ""
    counted: str = ""
    territory: str = ""
    starts: date | None = None
    ends: date | None = None
    period_certainty: float = 0.0
    cumulative: bool = False
    per: str = ""
    speaker: str = ""
    organisation: str = ""
    certainty: float = 1.0


class MentionKind(StrEnum):
    """What is named."""

    COUNTRY = "country"
    CITY = "city"
    ORGANISATION = "organisation"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A country, city, organisation or person that is named: its canonical name, its code, and its role in the report.

    ``country`` is the ISO code of a country or of a city's country. ``role`` is empty or a word of its kind's roles.
    """

    evidence: Evidence
    kind: MentionKind
    name: str
    country: str = ""
    role: str = ""
    certainty: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source that a report cites; ``origin``: the report goes back to it."""

    evidence: Evidence
    name: str
    origin: bool = False
    certainty: float = 1.0
