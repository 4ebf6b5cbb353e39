"""Words in, whether they look like people's names out: known given names and the ways in which surnames end."""

from functools import cache
from pathlib import Path

from crawler.handwritten import Handwritten, load
from db import spelling

FILE = Path(__file__).with_suffix(".yml")
_ENDING = 4  # letters that a case adds


class Names(Handwritten):
    """The file of names: given ones, the ends of surnames and patronymics, case endings, particles."""

    names: str
    surnames: str
    patronymics: str
    endings: str
    particles: str
    cases: str


@cache
def names() -> Names:
    """The file of names.

    Raises:
        HandwrittenError: it breaks the grammar; names file, line and key.
    """
    return load(FILE, Names)


@cache
def ends(kind: str) -> frozenset[str]:
    """The words of one list of the file."""
    return frozenset(str(getattr(names(), kind)).split())


@cache
def _tails(kind: str) -> tuple[str, ...]:
    return tuple(sorted(ends(kind)))


@cache
def _given() -> dict[str, int]:
    """Stems of given names with the length of the shortest name that has each."""
    stems: dict[str, int] = {}
    for name in names().names.split():
        for heard in (spelling.sound(name), spelling.stem(name)):
            stems[heard] = min(stems.get(heard, 99), len(spelling.sound(name)))
    return stems


def is_given(word: str) -> bool:
    """Whether ``word`` is a form of a known given name."""
    heard, stems = spelling.sound(word), _given()
    if heard in stems:
        return True
    for cut in range(1, _ENDING + 1):
        head, tail = heard[:-cut], heard[-cut:]
        if len(head) >= 3 and head in stems and tail in ends("endings"):
            return True
    return False


def is_surname(word: str) -> bool:
    """Whether ``word`` ends like a surname or a patronymic of Russia and its neighbours."""
    heard = spelling.sound(word)
    if len(heard) < 5:
        return False
    if heard.endswith(_tails("patronymics")):
        return True
    for cut in range(3):
        if cut and heard[-cut:] not in ends("endings"):
            continue
        if heard[: len(heard) - cut].endswith(_tails("surnames")):
            return True
    return False
