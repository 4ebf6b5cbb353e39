"""After a crawl: some pages of each source read at a glance from the archive, so that a change of layout shows."""

from collections.abc import Iterable
from contextlib import closing

from crawler.analyst import Analyst
from db import queries
from db.archive import read
from db.errors import ArchiveError
from db.model import Source
from db.store import Store
from scheduler.config import Config

PAGES = 8  # of a source in one run


def sample(store: Store, config: Config, asked: Iterable[Source], run: int) -> None:
    """Read up to ``PAGES`` pages of each source that ``run`` fetched, whatever they are about."""
    by_id = {source.id: source for source in asked}
    places = [(name, place) for name, place in queries.places_of_run(config.db, run, PAGES) if name in by_id]
    if not places:
        return
    with closing(Analyst()) as analyst:
        for name, place in places:
            try:
                found = analyst.sampled(read(config.archive, place), by_id[name])
            except (ArchiveError, OSError):
                continue
            if found:
                store.sample(found)
