"""A word in Latin letters in, the Russian or Ukrainian words that it can spell out: ``dezertirov``, ``ubezhishcha``.

Romanisations differ (BGN/PCGN, ISO 9, that of passports, what people type), so every letter may stand for several, and
a soft sign is mostly not written. Left out are ``w`` and ``c``, which are Polish and Czech rather than romanised, and
what the dictionary of the language does not know.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from db.search.forms import is_known

LEAST = 6  # letters: shorter words spell too many others
_MOST = 400  # spellings that are tried
_LONGEST = 4
_BOTH = {
    "a": "а", "b": "б", "v": "в", "d": "д", "zh": "ж", "z": "з", "k": "к", "l": "л", "m": "м", "n": "н",
    "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "kh": "х", "x": "кс", "ts": "ц|тс",
    "ch": "ч", "sh": "ш", "shch": "щ", "sch": "щ|сч", "yu": "ю", "ju": "ю", "iu": "ю", "ya": "я", "ja": "я", "'": "ь",
    "tz": "ц", "ph": "ф", "j": "й",
}  # fmt: skip
_LETTERS = {
    "ru": _BOTH | {
        "g": "г", "h": "х|г", "e": "е|э", "i": "и|й", "y": "ы|й|и", "yy": "ый", "iy": "ий", "ij": "ий", "yo": "е|ио",
        "jo": "е", "ye": "е|ье", "je": "е|ье", "ie": "ие|ье", "ia": "ия|я|иа",
    },
    "uk": _BOTH | {
        "g": "г|ґ", "h": "г", "e": "е", "i": "і|й|ї", "y": "и|й", "yi": "ї", "yy": "ий", "iy": "ій", "ye": "є",
        "je": "є", "ie": "є|іє", "ia": "я|ія", "yo": "йо|ьо",
    },
}  # fmt: skip
_SOFTENED = frozenset("бвдзлмнпрстфц")


@lru_cache(maxsize=20_000)
def spelled_by(word: str, language: str) -> tuple[str, ...]:
    """The words of ``language`` that ``word``, in lower case and Latin letters, can spell; none for a short one."""
    letters = _LETTERS.get(language)
    if letters is None or len(word) < LEAST:
        return ()
    plain = tuple(each for each in islice(_spellings(word, letters), _MOST) if is_known(each, language))
    return plain or tuple(
        soft for each in islice(_spellings(word, letters), _MOST // 10) for soft in _softened(each)
        if is_known(soft, language)
    )  # fmt: skip


def _spellings(word: str, letters: dict[str, str]) -> Iterator[str]:
    """All spellings, those by the longest groups of letters first."""
    if not word:
        yield ""
        return
    for size in range(min(_LONGEST, len(word)), 0, -1):
        for letter in letters.get(word[:size], "").split("|"):
            if letter:
                for rest in _spellings(word[size:], letters):
                    yield letter + rest


def _softened(word: str) -> Iterator[str]:
    """The word with one soft sign more, wherever one can stand."""
    for at, letter in enumerate(word, 1):
        if letter in _SOFTENED:
            yield f"{word[:at]}ь{word[at:]}"
