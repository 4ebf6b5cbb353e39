"""Settings and a folder in, the public edition in it out."""

from datetime import UTC, datetime
from pathlib import Path

from crawler import sources
from crawler.errors import DesertersError
from crawler.facts.names import names as known_names
from db.publishing import Edition, Known, Made, publish
from db.web import metadata, names
from scheduler.config import Config


def make(settings: Config, folder: Path) -> Made:
    """Publish the database; whole texts only of sources whose file on the watch list says now that they may be.

    Raises:
        PublishError: it cannot be made, or would hold a protected name.
        HandwrittenError: a file of the watch list cannot be read, so that its terms are not known.
    """
    found = sources.load(settings.sources)
    broken: DesertersError | None = next(iter(found.problems), None)
    if broken:
        raise broken
    edition = Edition(
        live=settings.db,
        made_at=datetime.now(UTC),
        terms={source.id: source.terms for source in found.sources},
        free=frozenset(source.id for source in found.sources if source.full_text),
        known=Known(places=frozenset(names.load().countries.values()), given=frozenset(known_names().names.split())),
        metadata=metadata.load(),
    )
    return publish(edition, folder)
