"""Search services as channels: a query in, the entries of their answers out; each is one module and one name here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawler.discovery.listing import Ask, Asking, Listing
from crawler.discovery.search import gdelt_doc, guardian, hudoc, mediacloud, reliefweb
from db.model import Engine

__all__ = ["ENGINES", "Service"]


@dataclass(frozen=True, slots=True)
class Service:
    """How one search service is asked and read; ``needs_key``: it stays off until the configuration has its key."""

    first: Callable[[str, Asking, str], Ask]
    read: Callable[[bytes, str], Listing]
    endpoint: str
    needs_key: bool


ENGINES: Mapping[Engine, Service] = {
    Engine.GUARDIAN: Service(guardian.first, guardian.read, guardian.ENDPOINT, guardian.NEEDS_KEY),
    Engine.RELIEFWEB: Service(reliefweb.first, reliefweb.read, reliefweb.ENDPOINT, reliefweb.NEEDS_KEY),
    Engine.MEDIACLOUD: Service(mediacloud.first, mediacloud.read, mediacloud.ENDPOINT, mediacloud.NEEDS_KEY),
    Engine.HUDOC: Service(hudoc.first, hudoc.read, hudoc.ENDPOINT, hudoc.NEEDS_KEY),
    Engine.GDELT_DOC: Service(gdelt_doc.first, gdelt_doc.read, gdelt_doc.ENDPOINT, gdelt_doc.NEEDS_KEY),
}
