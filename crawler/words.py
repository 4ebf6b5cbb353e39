"""Text in, its words out: each with its place, its folded form, and its sentence and paragraph."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_PIECE = re.compile(
    r"(\w[\w\u00ad\u200b-\u200d\u2060\u0300-\u036f]*)|(\n\s*\n|\n)|([.!?…։。؟;]+(?=\s|$|[\"»”’)])|[։。])"
)
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ґ": "г"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text, in order: start and end offsets, folded forms, number of the sentence of each."""

    starts: list[int]
    ends: list[int]
    forms: list[str]
    sentences: list[int]


def split(text: str) -> Words:
    """Every word of ``text``; a word is a run of letters and digits, soft hyphens within it left aside."""
    words = Words([], [], [], [])
    sentence = 0
    for piece in _PIECE.finditer(text):
        if piece.lastindex == 1:
            words.starts.append(piece.start())
            words.ends.append(piece.end())
            words.forms.append(fold(piece[1]))
            words.sentences.append(sentence)
        else:
            sentence += 1
    return words


@lru_cache(maxsize=30_000)
def fold(word: str) -> str:
    """``word`` without case, accents and invisible marks: the form in which terms and texts are compared."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFKD", word.translate(_INVISIBLE).casefold().translate(_LETTERS))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def is_small(text: str) -> bool:
    """Whether ``text`` begins with a small letter, in a script that has capitals: Georgian uses none."""
    return text[:1].islower() and text[:1].title() != text[:1]
