"""The words of a name in, whether a known public speaker bears it, and under what spelling, out."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from crawler.handwritten import Handwritten, load
from crawler.topics.grammar import Line
from db import spelling

FILE = Path(__file__).with_suffix(".yml")


class Speaker(Handwritten):
    """Somebody who speaks in public: the spelling that is kept, and others."""

    name: Line
    also: tuple[Line, ...]


class Speakers(Handwritten):
    """The file of all of them."""

    speakers: tuple[Speaker, ...]


@cache
def _known() -> dict[str, list[tuple[str, str, str]]]:
    """Given name, surname and the spelling that is kept, by the first letters of the surname as it is heard."""
    known: dict[str, list[tuple[str, str, str]]] = {}
    for speaker in load(FILE, Speakers).speakers:
        for name in (speaker.name, *speaker.also):
            given, _, surname = name.rpartition(" ")
            known.setdefault(spelling.sound(surname)[:3], []).append((given, surname, speaker.name))
    return known


def known_speaker(words: Sequence[str]) -> str:
    """The spelling that is kept of a speaker's full name in any script and case; empty for anybody else."""
    if len(words) < 2:
        return ""
    given, surname = words[0], words[-1]
    return next(
        (
            kept
            for first, last, kept in _known().get(spelling.sound(surname)[:3], ())
            if spelling.same(first, given) and spelling.same(last, surname)
        ),
        "",
    )
