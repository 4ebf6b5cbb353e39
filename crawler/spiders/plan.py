"""What a crawl is told, and what it tells back while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from db.model import Counts, Issue, Source

Progress = Callable[[Counts], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One crawl: which sources, how far back, for how long (seconds), and how it presents itself."""

    sources: tuple[Source, ...]
    oldest: datetime | None
    limit_seconds: float
    user_agent: str
    delay_seconds: float = 1.0
    timeout_seconds: float = 40.0
    allow_private: bool = False
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a crawl ended: its counts, why it stopped, and the issues that belong to the run as a whole."""

    counts: Counts
    reason: str
    issues: tuple[Issue, ...] = ()
