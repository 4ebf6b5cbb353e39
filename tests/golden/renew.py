"""What every recorded channel body gives, as it should be; written anew by ``python -m tests.golden.renew``."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from crawler import discovery
from crawler.discovery import wayback
from crawler.discovery.search import gdelt_doc
from crawler.errors import ChannelUnreadableError
from db.model import Channel, ChannelKind, Engine

GOLDEN = Path(__file__).with_name("discovery.json")
FOLDERS = {
    "feeds": ChannelKind.FEED, "sitemaps": ChannelKind.SITEMAP, "broken": ChannelKind.FEED,
    "telegram": ChannelKind.TELEGRAM, "courts": ChannelKind.FRONTPAGE,
}  # fmt: skip
SERVICES = {
    "gdelt_gal_sample.jsonl": (ChannelKind.GDELT, None), "scout__guardian.json": (ChannelKind.SEARCH, Engine.GUARDIAN),
    "reliefweb_v2_shape.json": (ChannelKind.SEARCH, Engine.RELIEFWEB),
    "scout__gdelt.json": (ChannelKind.SEARCH, Engine.GDELT_DOC),
    "vgi-news__gdelt_artlist.json": (ChannelKind.SEARCH, Engine.GDELT_DOC),
    "bing_news_rss.xml": (ChannelKind.FEED, None), "monument-watch__google_news.xml": (ChannelKind.FEED, None),
}  # fmt: skip
Outcome = dict[str, int | str]


def discovered(shared: Path) -> dict[str, Outcome]:
    """The outcome of every recorded body, by its path below ``web``."""
    web = shared / "web"
    listed = {
        f"{folder}/{path.name}": outcome(path, kind)
        for folder, kind in FOLDERS.items()
        for path in sorted((web / folder).iterdir())
    }
    asked = {f"discovery/{name}": outcome(web / "discovery" / name, *how) for name, how in SERVICES.items()}
    rejections = "discovery/gdelt_rejections.txt"
    refused: dict[str, Outcome] = {f"{rejections} {told}": {"issue": what} for told, what in refusals(web)}
    talks = sorted((web / "discovery").glob("wayback__*.yaml"))
    captured = {f"discovery/{path.name}": captures(path) for path in talks}
    return {**listed, **asked, **refused, **captured}


def outcome(path: Path, kind: ChannelKind, engine: Engine | None = None) -> Outcome:
    """Counts of entries, of those with a date and of further sitemaps, and the flaw; or the issue's name alone."""
    article = "did=" if kind is ChannelKind.FRONTPAGE else ""
    channel = Channel(
        source="zz/recorded", kind=kind, url=f"https://recorded.example/{path.name}", article=article, engine=engine
    )
    try:
        listing = discovery.read(channel, path.read_bytes(), channel.url)
    except ChannelUnreadableError as error:
        return {"issue": error.what}
    counts = {
        "entries": len(listing.entries),
        "dated": sum(entry.dated is not None for entry in listing.entries),
        "elsewhere": sum(entry.elsewhere for entry in listing.entries),
        "children": len(listing.children),
    }
    return {name: count for name, count in counts.items() if count} | ({"flaw": listing.flaw} if listing.flaw else {})


def refusals(web: Path) -> Iterator[tuple[str, str]]:
    """What each plain sentence of GDELT's DOC search is taken for."""
    for line in (web / "discovery" / "gdelt_rejections.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            try:
                gdelt_doc.read(line.encode(), "https://recorded.example/doc")
            except ChannelUnreadableError as error:
                yield line, error.what


def captures(path: Path) -> Outcome:
    """How many captures, and how many lists that go on, the answers of a recorded conversation hold."""
    found, more, blocked = 0, 0, 0
    for talk in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]:
        told = talk["response"]["body"]["string"]
        body = told.encode() if isinstance(told, str) else told
        plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        try:
            pages, further = wayback.read(plain, talk["request"]["uri"])
        except ChannelUnreadableError:
            blocked += 1
        else:
            found, more = found + len(pages), more + bool(further)
    counts = {"captures": found, "lists that go on": more, "blocked": blocked}
    return {name: count for name, count in counts.items() if count}


def main() -> None:
    """Write the table anew from the recorded web beside the project."""
    found = discovered(Path(__file__).parents[3] / "shared")
    lines = (f"{json.dumps(name)}: {json.dumps(said)}" for name, said in sorted(found.items()))
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
