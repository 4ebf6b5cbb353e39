"""A date in words in, the moment that it tells out, by dateparser, which is asked in the languages that have its words.

Making a language ready takes dateparser 10 ms and 0.4 MB, and what is no date in any is asked in all. So a list of each
language's words is made once a machine, and a language in which a word of the text is none is not made ready at all.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from dateparser.data.languages_info import language_order
from dateparser.date import DateDataParser
from dateparser.languages.dictionary import PARSER_KNOWN_TOKENS
from dateparser.languages.loader import LocaleDataLoader
from dateparser.timezone_parser import pop_tz_offset_from_string
from dateparser.utils import normalize_unicode

from crawler.extract.language import NEWS_LANGUAGES
from crawler.keeping import keep, kept

LANGUAGES = [code for code in language_order if code in {*NEWS_LANGUAGES, "nb"}]
_EVERYWHERE = frozenset({"t", "st", "nd", "rd", "th"})  # skipped whatever the language, besides the parser's own tokens
_SETTINGS = {"TIMEZONE": "UTC", "RETURN_AS_TIMEZONE_AWARE": True, "REQUIRE_PARTS": ["day", "month", "year"]}
_RUN = re.compile(r"[^\W\d_]+")
_ESCAPE = re.compile(r"\\[a-zA-Z]")
_NUMBER = re.compile(re.escape(r"(\d++[.,]?\d*+)") + r"|\\d[+*]*|\d+")
_BLANK = re.compile(r"(?:\\s| )\+?(?![?*+{])")
_EXACT = re.compile(r"[^\\?*+|.\[\]{}]*")  # an expression that matches but the words that stand in it
_CLASS = re.compile(r"\[[^\]]*\]")
_ANY_LETTER = re.compile(r"\\[wDS]|(?<!\\)\.|\[\^|\[[^\]]*[^\W\d]-")
_ALIKE = str.maketrans("یک", "يك")  # dateparser takes these for one another in Arabic and Persian
_KEPT_AS = "dates-" + hashlib.sha256(f"{version('dateparser')} {LANGUAGES}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What dateparser knows in one language: words, and the letters of each of its expressions, with blanks between.

    ``wild``: letters of expressions that may swallow any other one beside these. ``like``: languages in which it is the
    same read dates without letters alike.
    """

    words: str
    expressions: str
    wild: str
    like: str

    def may_say(self, text: str) -> bool:
        """Whether all runs of letters in ``text`` may be of this language."""
        return any(letter in text for letter in self.wild) or all(map(self._knows, _RUN.findall(text)))

    def _knows(self, run: str) -> bool:
        if f" {run} " in self.words:
            return True
        return any(all(letter in letters for letter in run) for letters in self.expressions.split())


class Parser(DateDataParser):
    """dateparser's own for our languages, but that it makes ready only those that may know a text."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(languages=LANGUAGES, settings=settings)

    def _get_applicable_locales(self, date_string: str, *told: Any, **more: Any) -> Iterator[Any]:
        self.languages = likely(date_string)
        yield from super()._get_applicable_locales(date_string, *told, **more)


def moment(text: str, language: str) -> datetime | None:
    """What ``text`` tells in ``language`` (empty: any) where it tells a whole day; in UTC where no zone is told."""
    with suppress(ValueError):  # a language that dateparser does not know
        if language:
            return DateDataParser(languages=[language], settings=_SETTINGS).get_date_data(text).date_obj
    return _parser().get_date_data(text).date_obj


def likely(text: str) -> list[str]:
    """The codes of the languages in which ``text`` may be a date, in dateparser's order; it is one in no other."""
    told = {_plain(text), _plain(pop_tz_offset_from_string(text, as_offset=False)[0])}
    known = words()
    if any(map(_RUN.search, told)):
        return [code for code, each in known.items() if any(map(each.may_say, told))]
    first = {each.like: code for code, each in reversed(known.items())}
    return [code for code, each in known.items() if first[each.like] == code]


@cache
def words() -> dict[str, Words]:
    """The words of each language."""
    path = kept(_KEPT_AS)
    with suppress(OSError, ValueError, TypeError, AttributeError):
        if path:
            return {code: Words(**told) for code, told in json.loads(path.read_text(encoding="utf-8")).items()}
    loader = LocaleDataLoader()
    made = {code: _words(dict(loader.get_locale(code).info)) for code in LANGUAGES}
    keep(_KEPT_AS, json.dumps({code: asdict(each) for code, each in made.items()}, ensure_ascii=False).encode())
    return made


@cache
def _parser() -> Parser:
    return Parser(_SETTINGS)


def _words(info: dict[str, Any]) -> Words:
    """The words of a language, of which dateparser knows ``info``."""
    rules = [rule for each in info.pop("simplifications", []) for rule in each]
    rules += [rule for each in info.pop("relative-type-regex", {}).values() for rule in each]
    simple = [_NUMBER.sub("0", _BLANK.sub(" ", rule)) for rule in rules]
    texts = [*_texts(info), *PARSER_KNOWN_TOKENS, *filter(_EXACT.fullmatch, simple)]
    plain = [_plain(text) for text in texts]
    others = [rule for rule in simple if not _EXACT.fullmatch(rule)]
    unspaced = _letters(" ".join((*texts, *rules))) if info.get("no_word_spacing") else ""  # words stand side by side
    return Words(
        words=f" {' '.join(sorted({run for text in plain for run in _RUN.findall(text)} | _EVERYWHERE))} ",
        expressions=" ".join(sorted({*map(_letters, others), unspaced} - {""})),
        wild="".join(sorted({letter for rule in others if _is_wild(rule) for letter in _letters(rule)})),
        like=f"{info.get('date_order')} {sorted({text for text in plain if not _RUN.search(text)})}",
    )


def _is_wild(rule: str) -> bool:
    """Whether the regular expression ``rule`` may swallow letters that do not stand in it."""
    return bool(_ANY_LETTER.search(_CLASS.sub(lambda found: found[0].replace(".", ""), rule)))


def _letters(rule: str) -> str:
    """The letters that stand in a regular expression."""
    return "".join(sorted({letter for run in _RUN.findall(_plain(_ESCAPE.sub(" ", rule))) for letter in run}))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _plain(text: str) -> str:
    """``text`` as dateparser compares it: small letters without accents."""
    return normalize_unicode(text.lower()).lower().translate(_ALIKE)
