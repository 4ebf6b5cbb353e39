"""A name in any script and form in, how it is compared across scripts and cases out."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_SOUNDS = (
    ("tsch", "sh"), ("shch", "sh"), ("sch", "sh"), ("tch", "sh"), ("cz", "sh"), ("ch", "sh"),
    ("sz", "sh"), ("rz", "zh"), ("kh", "h"),
    ("gh", "g"), ("dzh", "j"), ("dj", "j"), ("ph", "f"), ("ou", "u"), ("oo", "u"), ("ck", "k"), ("x", "ks"), ("w", "v"),
    ("q", "k"), ("yo", "e"), ("io", "e"), ("jo", "e"), ("ye", "e"), ("ie", "e"), ("je", "e"), ("ia", "a"), ("ya", "a"),
    ("ja", "a"), ("iu", "u"), ("yu", "u"), ("ju", "u"), ("y", "i"), ("j", "i"), ("ii", "i"), ("tz", "c"), ("ts", "c"),
)  # fmt: skip
_HOOKS = str.maketrans(
    {
        "š": "sh",
        "č": "ch",
        "ž": "zh",
        "ş": "sh",
        "ć": "ch",
        "ż": "zh",
        "Š": "Sh",
        "Č": "Ch",
        "Ž": "Zh",
        "ł": "l",
        "ё": "е",
        "Ё": "Е",
    }
)
_SOFT = re.compile(r"(?:iy|yy|ii|yi)\b")
_DOUBLE = re.compile(r"(.)\1+")
_STEM = re.compile(r"[aeiou]+$")


def latin(name: str) -> str:
    """``name`` in Latin letters, as its own script spells it."""
    return anyascii(name)


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """A word as it is heard: Latin letters, one for each sound, none doubled."""
    return _DOUBLE.sub(r"\1", spelled(word))


@lru_cache(maxsize=100_000)
def spelled(word: str) -> str:
    """The same with the double letters that the word is written with."""
    heard = letters(word)
    for several, one in _SOUNDS:
        heard = heard.replace(several, one)
    return heard


@lru_cache(maxsize=100_000)
def letters(word: str) -> str:
    """A word in small Latin letters and nothing else."""
    return re.sub(r"[^a-z]", "", anyascii(word.translate(_HOOKS)).lower())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The sound without its last vowels, which inflection changes."""
    heard = sound(word)
    bare = _STEM.sub("", heard)
    return bare if len(bare) >= 2 else heard


def same(one: str, other: str) -> bool:
    """Whether two words can be forms of one name: one stem begins with the other and adds a case ending at most."""
    short, long = sorted((stem(one), stem(other)), key=len)
    return short == long or (len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 2)


def canonical(name: str) -> str:
    """A person's name in Latin letters without the marks of stress: ``Гри́горий Свердлин`` is ``Grigory Sverdlin``."""
    bare = unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", name) if c != "\u0301"))
    return _SOFT.sub("y", latin(bare)).replace("ei ", "ey ").strip(" .'")
