"""What a crawl is told, and what it tells back while it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.sources import Publishers
from db.model import Counts, Engine, Issue, Source

Progress = Callable[[Counts], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One crawl: which sources, how far back, for how long (seconds), and how it presents itself.

    ``publishers`` finds whose a page is that a list of the whole world's news names. ``rounds``: only channels that
    must be asked more often than daily; ``urgent``: channels are asked whatever their pace says. ``keys`` are those of
    search services.
    """

    sources: tuple[Source, ...]
    publishers: Publishers = field(default_factory=lambda: Publishers(()))
    keys: Mapping[Engine, str] = field(default_factory=dict)
    rounds: bool = False
    urgent: bool = False
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
