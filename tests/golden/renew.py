"""What every recorded channel body gives, as it should be; written anew by ``python -m tests.golden.renew``."""

import json
from pathlib import Path

from crawler import discovery
from crawler.errors import ChannelUnreadableError
from db.model import Channel, ChannelKind

GOLDEN = Path(__file__).with_name("discovery.json")
FOLDERS = {"feeds": ChannelKind.FEED, "sitemaps": ChannelKind.SITEMAP, "broken": ChannelKind.FEED}
Outcome = dict[str, int | str]


def discovered(shared: Path) -> dict[str, Outcome]:
    """The outcome of every recorded body, by its path below ``web``."""
    return {
        f"{folder}/{path.name}": outcome(path, kind)
        for folder, kind in FOLDERS.items()
        for path in sorted((shared / "web" / folder).iterdir())
    }


def outcome(path: Path, kind: ChannelKind) -> Outcome:
    """Counts of entries, of those with a date and of further sitemaps, and the flaw; or the issue's name alone."""
    channel = Channel(source="zz/recorded", kind=kind, url=f"https://recorded.example/{path.name}")
    try:
        listing = discovery.read(channel, path.read_bytes(), channel.url)
    except ChannelUnreadableError as error:
        return {"issue": error.what}
    counts = {
        "entries": len(listing.entries),
        "dated": sum(entry.dated is not None for entry in listing.entries),
        "children": len(listing.children),
    }
    return {name: count for name, count in counts.items() if count} | ({"flaw": listing.flaw} if listing.flaw else {})


def main() -> None:
    """Write the table anew from the recorded web beside the project."""
    found = discovered(Path(__file__).parents[3] / "shared")
    lines = (f"{json.dumps(name)}: {json.dumps(said)}" for name, said in sorted(found.items()))
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
