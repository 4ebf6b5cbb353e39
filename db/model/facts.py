"""What a report says, piece by piece: figures, decisions, names, whom it cites; each with the words that prove it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from db.model.evidence import Evidence


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


class DecisionKind(StrEnum):
    """What was done or decided."""

    GRANTED = "asylum-granted"
    REFUSED = "asylum-refused"
    CLAIMED = "asylum-claimed"
    APPEALED = "appealed"
    VISA = "visa-issued"
    DETAINED = "detained"
    EXTRADITED = "extradited"
    DEPORTED = "deported"
    ABDUCTED = "abducted"
    RETURNED = "returned"
    CHARGED = "charged"
    SENTENCED = "sentenced"
    KILLED = "killed"
    EXCHANGED = "exchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that was done or decided, with its sentence.

    ``country`` decided (of a deportation: it removed); ``people`` is how many it is about, where the text tells.
    ``decided_on`` and ``decided_by`` are the day and the court or office, ``articles`` the articles of law named beside
    it ("337 part 5"), ``sentence`` what was imposed.
    """

    evidence: Evidence
    kind: DecisionKind
    country: str = ""
    people: int | None = None
    decided_on: date | None = None
    decided_by: str = ""
    articles: tuple[str, ...] = ()
    sentence: str = ""
    certainty: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything found in one article; ``protected`` are mentions that no published view may show."""

    figures: tuple[Figure, ...] = ()
    decisions: tuple[Decision, ...] = ()
    mentions: tuple[Mention, ...] = ()
    protected: tuple[Mention, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def origin(self) -> str:
        """Whom the report goes back to; empty where it is its publisher's own."""
        return next((each.name for each in self.citations if each.origin), "")


def bounds(low: float | None, high: float | None, *, separator: str = ",") -> str:
    """A figure's bounds in words, ``separator`` between thousands: ``7,318 or more``."""
    lower, upper = (f"{each:{separator}g}" if each is not None else "" for each in (low, high))
    if low == high:
        return lower
    if low is None or high is None:
        return f"{lower} or more" if lower else f"up to {upper}"
    return f"{lower} to {upper}"
