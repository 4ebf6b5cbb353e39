"""Sources: a folder of YAML in, the watch list out, together with what is wrong in it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import HandwrittenError
from crawler.handwritten import load as load_file
from crawler.sources.entry import SourceEntry
from crawler.urls import registrable
from db.model import Source

SHIPPED = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList:
    """The sources that can be used, in order of their ids, and the files that cannot."""

    sources: tuple[Source, ...]
    problems: tuple[HandwrittenError, ...]

    @property
    def enabled(self) -> tuple[Source, ...]:
        """The sources that a crawl asks."""
        return tuple(source for source in self.sources if source.enabled)


def load(folder: Path = SHIPPED) -> WatchList:
    """Read every ``<country>/<name>.yml`` below ``folder``; a bad file is a problem, the others still count."""
    sources: list[Source] = []
    problems: list[HandwrittenError] = []
    if not folder.is_dir():
        problems.append(
            HandwrittenError(folder, 0, "", "is no folder; name the folder of the watch list with --sources")
        )
    for path in sorted(folder.glob("*/*.y*ml")):
        try:
            sources.append(load_file(path, SourceEntry).source(f"{path.parent.name}/{path.stem}"))
        except HandwrittenError as error:
            problems.append(error)
    problems.extend(_misplaced(folder))
    problems.extend(_repeated(folder, sources))
    problems.extend(_twice(folder, sources))
    return WatchList(sources=tuple(sources), problems=tuple(problems))


def unlisted(url: str) -> Source:
    """The source of a page from no known publisher: made from its registrable domain, and not watched."""
    parts = urlsplit(url)
    domain = registrable(parts.hostname or "unknown")
    return Source(id=f"xx/{domain}", name=domain, homepage=f"{parts.scheme}://{domain}/", watched=False)


class Publishers:
    """Finds the source of a page by its address: the longest homepage that fits wins, else one is made."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._by_id = {source.id: source for source in sources}
        self._by_domain: dict[str, list[Source]] = {}
        for source in self._by_id.values():
            self._by_domain.setdefault(registrable(urlsplit(source.homepage).hostname or ""), []).append(source)

    def of(self, url: str, named: str = "") -> Source:
        """The source called ``named`` where there is one, else the one whose homepage fits ``url`` best."""
        if named in self._by_id:
            return self._by_id[named]
        near = self._by_domain.get(registrable(urlsplit(url).hostname or ""), [])
        fitting = [source for source in near if _fits(source, url)]
        return max(fitting or near, key=lambda source: (len(source.homepage), source.id), default=None) or unlisted(url)


def _fits(source: Source, url: str) -> bool:
    home, page = urlsplit(source.homepage), urlsplit(url)
    return home.netloc == page.netloc and f"{page.path}/".startswith(f"{home.path.rstrip('/')}/")


def _misplaced(folder: Path) -> list[HandwrittenError]:
    stray = [path for path in folder.rglob("*.y*ml") if len(path.relative_to(folder).parts) != 2]
    return [
        HandwrittenError(path, 0, "", "must lie in a country's folder: <country>/<name>.yml") for path in sorted(stray)
    ]


def _twice(folder: Path, sources: list[Source]) -> list[HandwrittenError]:
    count = Counter(source.id for source in sources)
    return [
        HandwrittenError(folder / f"{name}.yml", 0, "", f"there are {many} files of this name; keep one")
        for name, many in count.items()
        if many > 1
    ]


def _repeated(folder: Path, sources: list[Source]) -> list[HandwrittenError]:
    count = Counter(channel.url for source in sources for channel in source.channels)
    return [
        HandwrittenError(folder / f"{source.id}.yml", 0, "channels", f"{channel.url} is listed more than once")
        for source in sources
        for channel in source.channels
        if count[channel.url] > 1
    ]
