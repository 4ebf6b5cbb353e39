"""Backfill of a file of the form of Common Crawl's CC-NEWS against unzipping it: CPU time, in the same run.

    python -m benchmarks.ccnews WARC [--megabytes 1000] [--folder /tmp/bench] [--rounds 3] [--write]

Makes the file of the pages of WARC once, then times ``gunzip -c``, ``igzip -dc`` and our cascade step by step, each
step in a fresh process (its start is not counted), medians of the rounds. Compares what the cascade keeps with what the
extraction and the verdict keep of every page, times trafilatura as it is shipped and, where its environment is there
(see ``benchmarks/peer_newsplease.py``), news-please on some of the pages, and profiles where time goes.
"""

import argparse
import cProfile
import json
import multiprocessing
import pstats
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks import peer_trafilatura
from benchmarks.ccnews_file import Pages, make, original, pages_of, used
from benchmarks.table import write_rows
from crawler import extract, facts, flow, relevance, stories
from db.archive import captures
from db.model import Article, Capture

TITLE = "Backfill of CC-NEWS"
PEER = Path(__file__).parent.parent / "build/newsplease/bin/python"
SAMPLE, PEER_SAMPLE, PROFILED, WARMING = 300, 60, 4000, 1600  # pages
LOOKS = {
    "reading a record": ("reader.py", "captures"),
    "scripts and styles taken out": ("shown.py", "unscripted"),
    "is it UTF-8": ("decoding.py", "is_utf8"),
    "Russia's names in the bytes": ("patterns.py", "parted"),
    "whether they stand, outside of tags": ("bytescan.py", "_standing"),
    "letters that hide shown": ("cleaning.py", "cleaned"),
    "text between tags": ("shown.py", "text"),
    "acts near one another, then read": ("saying.py", "says_an_act"),
    "extraction and verdict": ("ccnews.py", "extracted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """One pass over the file: CPU seconds, peak memory in MB before and after, and the addresses kept.

    ``mapped``: what of the memory are libraries and tables mapped from files, which all processes of a machine share.
    """

    seconds: float
    before: float
    after: float
    mapped: float
    kept: frozenset[str]


def extracted(capture: Capture) -> Article | None:
    """The article where the verdict keeps it: as ``flow.analyse``, without the scan before and the facts after."""
    document = extract.parse(capture)
    if document is None:
        return None
    for reading in (extract.article, extract.second_reading):
        article = reading(capture, document)
        if isinstance(article, Article) and relevance.judge(article).relevant:
            done = extract.completed(article, capture, document)
            return done if isinstance(done, Article) else None
    return None


def read(pages: Iterable[Capture]) -> Iterator[str]:
    """Nothing but reading."""
    for _ in pages:
        yield from ()


def scanned(pages: Iterable[Capture]) -> Iterator[str]:
    """Reading, and triage with the scan of the bytes."""
    yield from (page.url for page in pages if flow.triage(page) is None)


def cascade(pages: Iterable[Capture]) -> Iterator[str]:
    """All, with the extraction and the verdict of what the scan lets through."""
    yield from (page.url for page in pages if flow.triage(page) is None and extracted(page))


STEPS: dict[str, Callable[[Iterable[Capture]], Iterator[str]]] = {"read": read, "scanned": scanned, "cascade": cascade}


def passed(step: str, path: Path) -> Passed:
    """One pass over ``path``, in the process that calls it."""
    flow.prepare()
    before = held("VmHWM")
    for _ in cascade(islice(captures(path), WARMING)):  # a month of files warms every cache but once
        pass
    started = time.process_time()
    kept = frozenset(STEPS[step](captures(path)))
    seconds = time.process_time() - started
    return Passed(seconds=seconds, before=before, after=held("VmHWM"), mapped=held("RssFile"), kept=kept)


def held(what: str) -> float:
    """Memory, in MB, that this process holds: ``VmHWM`` the most so far, ``RssFile`` what is mapped from files."""
    told = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(told.split()[1]) / 1024


def apart(step: str, path: Path) -> Passed:
    """The same in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(passed, step, path).result()


def command(*words: str) -> float:
    """CPU seconds of a command, with all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def clock(work: Callable[[Capture], object], pages: list[Capture]) -> float:
    """CPU milliseconds a page."""
    started = time.process_time()
    for page in pages:
        work(page)
    return 1000 * (time.process_time() - started) / max(len(pages), 1)


def told(capture: Capture) -> None:
    """Facts and the place among stories of a page that is kept, which are reported apart."""
    article = extracted(capture)
    if article:
        found = facts.find(article, "")
        stories.placing(article, found, "", capture.fetched_at.toordinal())


def shares(path: Path) -> list[tuple[str, float]]:
    """The share of each look in the profile of the first pages."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in cascade(islice(captures(path), PROFILED)):
        pass
    profile.disable()
    stats = pstats.Stats(profile)
    spent = {(Path(file).name, name): times[3] for (file, _, name), times in stats.stats.items()}  # type: ignore[attr-defined]  # the stub hides it
    whole = spent["ccnews.py", "cascade"]
    return [(look, spent.get(place, 0.0) / whole) for look, place in LOOKS.items()]


def newsplease(path: Path) -> float | None:
    """Milliseconds a page of news-please's extractor on ``path``; nothing where its environment is not there."""
    if not PEER.exists():
        return None
    done = subprocess.run(
        [PEER, Path(__file__).with_name("peer_newsplease.py"), path], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return 1000 * float(found["seconds"]) / int(found["pages"])


def speeds(path: Path, pages: int, rounds: int) -> tuple[list[list[str]], dict[str, list[Passed]]]:
    """The rows that compare the steps with unzipping, and their passes."""
    unzip: dict[str, list[float]] = {"gunzip -c": [], "igzip -dc": []}
    steps: dict[str, list[Passed]] = {name: [] for name in STEPS}
    for _ in range(rounds):  # all in turn, so that a slower hour of the machine is one for all
        unzip["gunzip -c"].append(command("gunzip", "-c", str(path)))
        unzip["igzip -dc"].append(command(sys.executable, "-m", "isal.igzip", "-dc", str(path)))
        for name, passes in steps.items():
            passes.append(apart(name, path))
    medians = {name: statistics.median(each) for name, each in unzip.items()}
    medians["records read"] = statistics.median(each.seconds for each in steps["read"])
    medians["read and scanned"] = statistics.median(each.seconds for each in steps["scanned"])
    medians["all, with extraction and verdict"] = statistics.median(each.seconds for each in steps["cascade"])
    gunzip, igzip = medians["gunzip -c"], medians["igzip -dc"]
    rows = [
        [name, f"{each:.1f}", f"{1000 * each / pages:.3f}", f"{each / gunzip:.2f}", f"{each / igzip:.2f}"]
        for name, each in medians.items()
    ]
    return rows, steps


def recall(pages: Pages, number: int, kept: frozenset[str]) -> list[str]:
    """The row that compares what was kept with what extraction and verdict keep of every page of the file."""
    every = {page.url for page in (*pages.planted, *pages.ordinary) if extracted(page)}
    wanted = Counter(url for url in used(pages, number) if url in every)
    ours = Counter(map(original, kept))
    unlike = (wanted - ours).total() + (ours - wanted).total()
    return [
        "pages kept; wanted by the verdict on every page; unlike",
        f"{ours.total()}; {wanted.total()}; {unlike}",
        "",
        "",
        "",
    ]


def peers(pages: Pages, folder: Path, ours: float, gunzip: float) -> list[list[str]]:
    """The rows of trafilatura and news-please, on some of the pages; ``ours`` and ``gunzip`` in ms a page."""
    some = pages.ordinary[:: max(1, len(pages.ordinary) // SAMPLE)]
    plain = 1000 * peer_trafilatura.seconds([bytes(page.body) for page in some]) / len(some)
    few = folder / "few.warc.gz"
    make(Pages(planted=pages.planted, ordinary=some[:PEER_SAMPLE], likely=[]), few, 2)
    news = newsplease(few)
    rows = [
        [
            "trafilatura default, on every page",
            "",
            f"{plain:.1f}",
            f"{plain / gunzip:.0f}",
            f"{plain / ours:.0f} x ours",
        ]
    ]
    if news is None:
        return [*rows, ["news-please: not measured, build/newsplease is not there", "", "", "", ""]]
    return [
        *rows,
        ["news-please, on every page", "", f"{news:.0f}", f"{news / gunzip:.0f}", f"{news / ours:.0f} x ours"],
    ]


def told_memory(passed_: Passed) -> str:
    """The figures of memory of one pass."""
    return f"{passed_.after:.0f}; {passed_.before:.0f}; {passed_.mapped:.0f}"


def smaller(pages: Pages, options: argparse.Namespace) -> Passed:
    """All steps on a file of a quarter of the size."""
    path = options.folder / f"ccnews-{options.megabytes // 4}.warc.gz"
    make(pages, path, options.megabytes // 4)
    return apart("cascade", path)


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", type=Path)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/bench"))  # noqa: S108  # may be removed at any time
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    flow.prepare()
    pages = pages_of(options.warc)
    path = options.folder / f"ccnews-{options.megabytes}.warc.gz"
    number = make(pages, path, options.megabytes)
    rows, steps = speeds(path, number, options.rounds)
    per_page = {row[0]: float(row[2]) for row in rows}
    ours = per_page["all, with extraction and verdict"]
    wider = ours + len(pages.likely) / (len(pages.likely) + len(pages.ordinary)) * clock(extracted, pages.likely)
    last = steps["cascade"][-1]
    kept = pages.planted[:60]
    facts_apart = clock(told, kept) - clock(extracted, kept)
    rows += [
        ["the same on all real pages at hand, also those that pass the scan in vain", "", f"{wider:.3f}",
         f"{wider / per_page['gunzip -c']:.2f}", f"{wider / per_page['igzip -dc']:.2f}"],
        ["facts and stories of a page that is kept", "", f"{facts_apart:.0f}", "", ""],
        *peers(pages, options.folder, ours, per_page["gunzip -c"]),
        recall(pages, number, last.kept),
        ["pages in the file; MB", f"{number:,}; {options.megabytes}", "", "", ""],
        ["peak memory, MB; of that before the first page; mapped from files", told_memory(last), "", "", ""],
        [f"the same with a file of {options.megabytes // 4} MB", told_memory(smaller(pages, options)), "", "", ""],
        *([f"profile: {look}", f"{share:.0%}", "", "", ""] for look, share in shares(path)),
    ]  # fmt: skip
    for row in rows:
        print(f"{row[0]:76} {row[1]:>14} {row[2]:>8} {row[3]:>8} {row[4]:>10}")
    if options.write:
        heads = ["figure", "CPU seconds", "ms a page", "of gunzip", "of igzip"]
        write_rows(TITLE, heads, rows, f"python -m benchmarks.ccnews WARC --megabytes {options.megabytes} --write")


if __name__ == "__main__":
    main()
