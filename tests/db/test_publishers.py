"""Of publishers on no list it is known what they gave, by which ways, and who is cited as the origin of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from db.model import Analysis, ChannelKind, Citation, Evidence, Facts, Sighting
from db.queries import publishers
from db.store import Store
from tests import factory
from tests.db.tables import opened

GDELT = "http://data.gdelt.example/gal"


def report(number: int, *, cites: str = "", language: str = "de") -> Analysis:
    """A report of a publisher that is on no list."""
    url = f"https://example.com/{number}"
    named = Evidence(start=0, end=3, quote="Ein")
    citations = (Citation(evidence=named, name=cites, origin=True, certainty=0.9),) if cites else ()
    moment = factory.NOW + timedelta(days=number)
    origin = factory.source("xx/example.com", name="example.com", homepage="https://example.com/", watched=False)
    article = factory.article(url, language=language, published_at=moment)
    return factory.analysis(url, article=article, facts=Facts(citations=citations), source=origin)


def keep(store: Store, found: Analysis) -> None:
    """Save a report under its address."""
    store.save(found, page=found.article.url, report=found.article.url)


def test_what_a_publisher_gave_is_counted_and_the_best_is_its_example(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, factory.analysis())
        for each in (report(1), report(2, language="fr"), report(3, cites="Reuters")):
            keep(store, each)
        state = factory.state(url=GDELT, kind=ChannelKind.GDELT)
        seen = Sighting(page="https://example.com/2", channel=GDELT, at=factory.NOW, position=1)
        store.settle_channel(replace(factory.haul([state]), sightings=(seen,)), factory.NOW)
    (found,) = publishers.unwatched(tmp_path / "d.db")
    assert (found.id, found.reports, found.originals, found.independent) == ("xx/example.com", 3, 3, 2)
    assert (found.languages, found.ways, found.share) == (("de", "fr"), ("gdelt",), 1.0)
    assert (found.last[:10], found.example) == ("2026-03-04", "https://example.com/2")
    (cited,) = publishers.cited(tmp_path / "d.db")
    assert (cited.name, cited.originals, cited.reports, cited.report) == ("Reuters", 1, 1, 4)
