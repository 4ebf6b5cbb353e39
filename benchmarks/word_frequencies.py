"""Make ``crawler/relevance/frequencies.json`` anew: how often the words of the topic's terms stand on general pages.

    python -m benchmarks.word_frequencies WARC

The byte scan searches for a phrase by its rarest word, which no eye can tell. Counts, on all pages of the file that are
not planted, each form of each word that acts, their company and Russia's names are made of: in the text that is shown
and, with an eighth of the weight, in the whole source, where a fourth of the weight goes to the letters within other
words, on which hyperscan spends time too. Only these figures are written. A word that they do not know counts as rare.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import hyperscan

from crawler.relevance.bytepatterns import Written, spelling, uncovered, written
from crawler.relevance.clues import FREQUENCIES
from crawler.relevance.compiled import Compiled
from crawler.relevance.decoding import is_utf8
from crawler.relevance.features import ACTS
from crawler.relevance.shown import Page
from crawler.terms import Step, parse
from crawler.topics import RUSSIA, load
from db.archive import captures

PLANTED = "planted.example"
LEAST = 0.001  # times a page; rarer words are not written
SOURCE, WITHIN = 1 / 8, 1 / 4


def forms() -> dict[str, set[Written]]:
    """The expressions of each form, by its spelling."""
    topic = load()
    roles = frozenset(ACTS).union(*map(topic.company, ACTS), topic.meeting(RUSSIA))
    found: dict[str, set[Written]] = defaultdict(set)
    for language in topic.languages.values():
        for term in language.terms:
            for step in parse(term.text) if term.role in roles else ():
                for form in uncovered(step.forms):
                    found[spelling(form)] |= written(Step((form,), step.gap), language)
    return found


def loose(expression: Written) -> Written:
    """The same without the edges of a word."""
    return expression[0].removeprefix(rb"\b").removesuffix(rb"\b"), expression[1]


def count(pages: Iterable[bytes], wanted: list[Written]) -> Callable[[Written], float]:
    """How often each expression stands on one of ``pages``."""
    flags = [hyperscan.HS_FLAG_DOTALL | (0 if exact else hyperscan.HS_FLAG_CASELESS) for _, exact in wanted]
    compiled = Compiled([expression for expression, _ in wanted], flags)
    found: Counter[int] = Counter()
    total = 0
    for page in pages:
        compiled.scan(page, lambda number, *_: found.update([number]))
        total += 1
    numbers = {each: number for number, each in enumerate(wanted)}
    return lambda expression: found[numbers[expression]] / total


def main() -> None:
    """Count, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc", type=Path)
    pages = [bytes(page.body) for page in captures(parser.parse_args().warc) if PLANTED not in page.url]
    pages = [page for page in pages if is_utf8(page)]
    known = forms()
    wanted = sorted({each for tight in known.values() for every in tight for each in (every, loose(every))})
    source, text = count(pages, wanted), count((Page(page).text for page in pages), wanted)
    table = {
        word: round(max(text(each) + SOURCE * (source(each) + WITHIN * source(loose(each))) for each in expressions), 3)
        for word, expressions in known.items()
    }
    chosen = {word: times for word, times in sorted(table.items()) if times >= LEAST}
    FREQUENCIES.write_text(json.dumps(chosen, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(pages)} pages; {len(chosen)} of {len(table)} words are not rare")


if __name__ == "__main__":
    main()
