"""How much the site's search finds of our labelled set, and how rightly: printed, and into ``docs/quality.md``.

    python -m benchmarks.search [--write]

The set is ``tests/eval/search``; each question, of those that the search was tuned on and of those held out, is put to
the real site over a database of the set's reports.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import write_rows
from tests.db.search_quality import HELD_OUT, TUNED, Answer, answers, table

QUALITY = Path(__file__).parent.parent / "docs" / "quality.md"


def faults(found: tuple[Answer, ...]) -> Iterator[str]:
    """A line for each question that missed reports or found others, with their keys."""
    for each in found:
        if each.missed or each.false:
            yield f"{each.language} {each.typed}: missed {sorted(each.missed)}, false {sorted(each.false)}"


def main() -> None:
    """Measure, print with every fault, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    heads, rows = table()
    for questions in (TUNED, HELD_OUT):
        print("\n".join([f"{questions}:", *faults(answers(questions)), ""]))
    print("\n".join(" | ".join(row) for row in [heads, *rows]))
    if told.write:
        write_rows("Search", heads, rows, "python -m benchmarks.search --write", QUALITY)


if __name__ == "__main__":
    main()
