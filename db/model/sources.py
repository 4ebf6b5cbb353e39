"""What is watched: publishers, and the channels in which their links appear."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SourceKind(StrEnum):
    """What a publisher is."""

    WIRE = "wire"
    NEWSPAPER = "newspaper"
    BROADCASTER = "broadcaster"
    EXILE_MEDIA = "exile-media"
    NGO = "ngo"
    IGO = "igo"
    COURT = "court"
    GOVERNMENT = "government"
    RESEARCH = "research"
    TELEGRAM = "telegram"
    OTHER = "other"


class ChannelKind(StrEnum):
    """How new links of a source are found."""

    FEED = "feed"
    SITEMAP = "sitemap"
    TELEGRAM = "telegram"
    GDELT = "gdelt"
    SEARCH = "search"
    FRONTPAGE = "frontpage"


class Engine(StrEnum):
    """Which service a search channel asks."""

    GUARDIAN = "guardian"
    RELIEFWEB = "reliefweb"
    MEDIACLOUD = "mediacloud"
    HUDOC = "hudoc"
    GDELT_DOC = "gdelt-doc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One address where new links of a source appear.

    Links with one of ``skip`` in them are left out; a body under ``min_bytes`` bytes is no answer. Of a front page, the
    links count whose address the pattern ``article`` finds. A search asks the service ``engine`` for ``query`` (at
    ``endpoint``, where that is not the service's own), and ``url`` is only its name.
    """

    source: str
    kind: ChannelKind
    url: str
    skip: tuple[str, ...] = ()
    min_bytes: int = 0
    article: str = ""
    engine: Engine | None = None
    query: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a site's pages are read up to the day ``until`` (``None``: still): XPath of the body, and of what to drop."""

    body: str
    drop: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publisher that is watched; ``id`` is its path in the watch list, such as ``de/tagesschau``.

    ``terms`` says in a sentence what its terms of use allow; only where ``full_text`` may its whole texts be passed on.
    """

    id: str
    name: str
    homepage: str
    country: str = "zz"
    languages: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.OTHER
    enabled: bool = True
    reason: str = ""
    channels: tuple[Channel, ...] = ()
    min_candidates: int = 0
    rules: tuple[Rule, ...] = ()
    notes: str = ""
    terms: str = ""
    full_text: bool = False
    watched: bool = True
