"""A day of GDELT's article lists, made in the recorded form, parsed and matched against all terms of all languages.

    python -m benchmarks.gdelt [--write]

230,000 rows in 288 files: titles and summaries are words of the topic's languages at random, one row in a thousand says
an act of the topic. CPU time and memory of one process.
"""

import argparse
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.table import write_rows
from crawler import relevance, topics
from crawler.discovery import gdelt
from crawler.sources import Publishers
from crawler.spiders.channels import learn
from crawler.spiders.visit import Answer, Look, Visit
from db.model import Channel, ChannelKind, ChannelState

ROWS, FILES = 230_000, 288
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HIT = ("Дезертир из Бурятии попросил убежище", "Russian deserter wins asylum", "Rosyjski dezerter poprosił o azyl")


def files() -> Iterator[tuple[str, bytes]]:
    """The day's files: address and gzip body."""
    chance, words = random.Random(3), _words()
    moment = NOW - timedelta(days=1)
    for number in range(FILES):
        rows = []
        for place in range(ROWS // FILES):
            is_hit = chance.random() < 0.001
            language = chance.choice(list(words))
            title = chance.choice(HIT) if is_hit else " ".join(chance.choices(words[language], k=9))
            rows.append({
                "date": f"{moment:%Y%m%d%H%M%S}", "url": f"https://site{chance.randrange(9000)}.example/{number}/{place}",
                "domain": "site.example", "outletName": "Site", "outletLogo": "", "title": title, "image": "",
                "desc": " ".join(chance.choices(words[language], k=28)), "lang": language, "author": "",
            })  # fmt: skip
        body = gzip.compress("\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(), 6)
        yield f"https://lists.example/gal/{moment:%Y%m%d%H%M}00.gal.json.gz", body
        moment += timedelta(minutes=5)


def _words() -> dict[str, list[str]]:
    """Everyday words of each language: those that its own file calls common, and syllables of its script."""
    chance, found = random.Random(5), {}
    letters = {"Cyrl": "абвгдежзиклмнопрстуя", "Grek": "αβγδεζηικλμνοπρστυω", "Hebr": "אבגדהוזחטיכלמנסעפצקרשת"}
    for code, language in topics.load().languages.items():
        alphabet = letters.get(language.script, "abcdefghiklmnoprstuvz")
        made = ["".join(chance.choices(alphabet, k=chance.randint(2, 11))) for _ in range(3000)]
        found[code] = [*sorted(language.common), *made]
    return found


def main() -> None:
    """Read a day, show and write what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--make", type=Path)
    told = parser.parse_args()
    if told.make:
        for url, body in files():
            (told.make / url.rpartition("/")[2]).write_bytes(body)
        return
    relevance.mentions("ready")
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.gdelt", "--make", folder]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)})
        table = measured(sorted(Path(folder).iterdir()))
    for name, value in table:
        print(f"{name}: {value}")
    if told.write:
        title = "A day of GDELT's lists against all terms"
        write_rows(title, ["figure", "measured"], table, "python -m benchmarks.gdelt --write")


def measured(day: list[Path]) -> list[list[str]]:
    """Read the files of ``day`` as a crawl does, in this process."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    channel = Channel(source="zz/gdelt", kind=ChannelKind.GDELT, url="https://lists.example/gal/")
    look = Look(mentions=relevance.mentions, publishers=Publishers(()))
    visit = Visit(channel=channel, state=ChannelState(url=channel.url, source=channel.source, kind=channel.kind))
    began, kept = time.process_time(), 0
    for number, path in enumerate(day):
        visit = replace(visit, page=number + 2)
        answer = Answer(url=f"https://lists.example/gal/{path.name}", status=200, headers={}, body=path.read_bytes())
        learned = learn(visit, answer, look, NOW)
        visit, kept = learned.visit, kept + len(learned.candidates)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    rows = sum(
        len(gdelt.read(path.read_bytes(), f"https://lists.example/gal/{path.name}", NOW).entries) for path in day
    )
    reading = time.process_time() - began
    return [
        ["rows, of which one in a thousand says an act", f"{rows:,}"],
        ["candidates", str(kept)],
        ["CPU seconds, all; of these reading the files", f"{seconds:.1f}; {reading:.1f}"],
        ["rows a CPU second", f"{rows / seconds:,.0f}"],
        ["peak memory, MB; of this before the first file", f"{peak / 1024:.0f}; {before / 1024:.0f}"],
    ]


if __name__ == "__main__":
    main()
