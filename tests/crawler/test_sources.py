"""A folder of files is the watch list; a bad file costs only itself; every page finds its publisher."""

import csv
from pathlib import Path

import pytest

from crawler import sources
from crawler.sources import Publishers, WatchList
from crawler.urls import canonical
from db.model import Channel, ChannelKind, SourceKind
from tests import factory
from tests.crawler.test_handwritten import GOOD

WORKING = set(ChannelKind)


def listed(folder: Path, **texts: str) -> WatchList:
    """The watch list of ``folder`` with a file for each text; ``de__blatt`` is ``de/blatt.yml``."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sources.load(folder)


def elsewhere(host: str) -> str:
    return GOOD.replace("blatt.example", host)


def test_a_file_becomes_a_source_called_by_its_path(tmp_path: Path) -> None:
    [found] = listed(tmp_path, de__blatt=GOOD + "country: de\nkind: newspaper\nnotes: x\n").sources
    assert found == factory.source(
        notes="x",
        min_candidates=1,
        channels=(
            Channel(source="de/blatt", kind=ChannelKind.FEED, url="https://blatt.example/feed.xml", skip=("/video/",)),
            Channel(source="de/blatt", kind=ChannelKind.SITEMAP, url="https://blatt.example/sitemap.xml"),
        ),
    )


def test_only_name_homepage_languages_and_channels_are_required(tmp_path: Path) -> None:
    text = "name: N\nhomepage: https://n.example/\nlanguages: []\nchannels: [{telegram: 'https://t.me/s/n'}]\n"
    [found] = listed(tmp_path, zz__n=text).sources
    assert (found.country, found.kind, found.enabled) == ("zz", SourceKind.OTHER, True)
    assert found.channels[0].kind is ChannelKind.TELEGRAM


def test_a_bad_file_is_a_problem_and_the_others_still_count(tmp_path: Path) -> None:
    found = listed(tmp_path, de__blatt=GOOD, de__schlecht="name: [", fr__feuille=elsewhere("feuille.example"))
    assert [source.id for source in found.sources] == ["de/blatt", "fr/feuille"]
    [problem] = found.problems
    assert problem.path == tmp_path / "de" / "schlecht.yml"


def test_a_file_at_the_wrong_depth_is_a_problem(tmp_path: Path) -> None:
    found = listed(tmp_path, de__blatt=GOOD, flat=elsewhere("f.example"), a__b__deep=elsewhere("d.example"))
    assert [source.id for source in found.sources] == ["de/blatt"]
    assert [problem.path.name for problem in found.problems] == ["deep.yml", "flat.yml"]
    assert all("<country>/<name>.yml" in problem.why for problem in found.problems)


def test_a_channel_that_two_sources_list_is_a_problem_of_both(tmp_path: Path) -> None:
    found = listed(tmp_path, de__a=GOOD, de__b=GOOD.replace("sitemap.xml", "map.xml"))
    assert [(problem.path.name, problem.key) for problem in found.problems] == [
        ("a.yml", "channels"),
        ("b.yml", "channels"),
    ]
    assert all("https://blatt.example/feed.xml is listed more than once" in problem.why for problem in found.problems)


def test_two_files_of_one_name_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "blatt.yaml").write_text(elsewhere("other.example"), encoding="utf-8")
    [problem] = listed(tmp_path, de__blatt=GOOD).problems
    assert "de/blatt.yml" in str(problem)


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    found = sources.load(tmp_path / "none")
    assert found.sources == ()
    assert "--sources" in str(found.problems[0])


def test_a_source_that_is_not_enabled_is_listed_but_not_asked(tmp_path: Path) -> None:
    found = listed(tmp_path, de__blatt=GOOD, fr__f=elsewhere("f.example") + "enabled: false\nreason: gone\n")
    assert [source.id for source in found.sources] == ["de/blatt", "fr/f"]
    assert [source.id for source in found.enabled] == ["de/blatt"]


# -- the shipped list


@pytest.fixture(scope="module")
def shipped() -> WatchList:
    return sources.load()


def test_the_shipped_watch_list_has_no_problem(shipped: WatchList) -> None:
    assert [str(problem) for problem in shipped.problems] == []
    assert len(shipped.sources) >= 185
    assert len(shipped.enabled) >= 120


def test_every_shipped_source_that_is_enabled_can_be_read_and_the_others_say_why(shipped: WatchList) -> None:
    for source in shipped.sources:
        kinds = {channel.kind for channel in source.channels}
        assert source.enabled == (not source.reason), source.id
        assert not source.enabled or kinds & WORKING, source.id


def test_every_researched_source_has_its_file(shipped: WatchList, shared: Path) -> None:
    known = {source.name: source for source in shipped.sources}
    by_home = {canonical(source.homepage): source for source in shipped.sources}
    with (shared / "sources" / "sources.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 185
    for row in rows:
        source = by_home.get(canonical(row["url"])) or known.get(row["name"])
        assert source, row["slug"]
        addresses = {channel.url for channel in source.channels if channel.kind in WORKING}
        if row["confidence"] == "low" or not addresses:
            assert not source.enabled, row["slug"]
            assert source.reason, row["slug"]
        else:
            assert source.enabled, row["slug"]


# -- whose page it is

HOMES = {
    "de/dw_de": "https://www.dw.com/de/",
    "de/dw_ru": "https://www.dw.com/ru/",
    "de/dw": "https://www.dw.com/",
    "gb/blog": "https://blog.example.co.uk/",
    "gb/paper": "https://paper.example.co.uk/",
}
publishers = Publishers(factory.source(name, homepage=home) for name, home in HOMES.items())


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://www.dw.com/ru/vojna/a-1", "de/dw_ru"),
        ("https://www.dw.com/ru", "de/dw_ru"),
        ("https://www.dw.com/rubrik/a-1", "de/dw"),
        ("https://www.dw.com/pl/a-1", "de/dw"),
        ("https://blog.example.co.uk/x", "gb/blog"),
        ("https://paper.example.co.uk/x", "gb/paper"),
        ("https://unknown.example/x", "xx/unknown.example"),
        ("https://news.unknown.co.uk/x", "xx/unknown.co.uk"),
        ("https://one.github.io/x", "xx/one.github.io"),
        ("http://127.1.2.3:8000/x", "xx/127.1.2.3"),
    ],
)
def test_the_longest_homepage_that_fits_is_the_publisher(url: str, wanted: str) -> None:
    assert publishers.of(url).id == wanted


def test_a_named_source_wins_over_the_address() -> None:
    assert publishers.of("https://www.dw.com/ru/a", "gb/blog").id == "gb/blog"
    assert publishers.of("https://www.dw.com/ru/a", "xx/gone").id == "de/dw_ru"


def test_a_page_beside_the_known_homepages_of_a_domain_belongs_to_one_of_them() -> None:
    assert publishers.of("https://example.co.uk/x").id in {"gb/blog", "gb/paper"}


def test_a_source_made_from_an_address_is_not_watched() -> None:
    made = sources.unlisted("http://news.unknown.com/a/b")
    assert (made.id, made.name, made.homepage) == ("xx/unknown.com", "unknown.com", "http://unknown.com/")
    assert not made.watched
    assert made.channels == ()
