"""What a process holds that reads pages: no database, no arrays, and no more after many pages than after some."""

import json
import subprocess
import sys

READ = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path

from crawler import flow
from crawler.sources import unlisted
from db.model import Capture, Offer

SAID = {
    "en": "A Russian soldier deserted from his unit and asked for asylum on 3 March 2024, his lawyer said in town {n}.",
    "ru": "Солдат из России самовольно оставил часть и попросил убежища 3 марта 2024 года, сказал адвокат, город {n}.",
    "de": "Ein russischer Soldat desertierte und beantragte am 3. März 2024 Asyl, sagte sein Anwalt in {n}.",
    "other": "The council of town number {n} in Russia met to talk about the weather, and agreed on word{n}.",
}

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))

def read(number):
    said = list(SAID.values())[number % 4]
    text = "".join(f"<p>{said.format(n=f'{number}x{line}')}</p>" for line in range(60))
    url = f"https://paper{number}.example/{number}"
    body = f"<html><title>Report {number}</title><body><article>{text}</article></body></html>".encode()
    capture = Capture(url=url, fetched_at=datetime(2024, 3, 4, tzinfo=UTC), status=200, headers=(), body=body,
                      offer=Offer(source=""))
    return type(flow.analyse(capture, unlisted(url))).__name__

flow.prepare()
kept = [read(number) for number in range(40)].count("Analysis")
before = held()
kept += [read(number) for number in range(40, 160)].count("Analysis")
print(json.dumps({"kept": kept, "grown": held() - before, "modules": sorted(sys.modules)}))
"""
UNUSED = ("numpy", "py3langid", "sqlite3", "sqlite_utils", "db.store", "scrapy", "datasette", "distributed")


def test_a_reader_of_pages_loads_no_database_and_holds_no_more_after_many_pages() -> None:
    done = subprocess.run([sys.executable, "-c", READ], check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["kept"] >= 80
    assert set(UNUSED).isdisjoint(told["modules"])
    assert told["grown"] < 15  # MB, by 120 pages
