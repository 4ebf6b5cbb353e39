"""Text in, its language out (ISO 639-1), by the model of py3langid among the languages in which news is written."""

import hashlib
from functools import cache
from importlib.metadata import version

from crawler.extract.language_model import Model, mapped, packed
from crawler.keeping import keep, kept

NEWS_LANGUAGES = (
    "ar", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr",
    "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "ko", "ky", "lt", "lv", "mk", "mn", "nb", "nl", "no", "pl", "pt",
    "ro", "ru", "sk", "sl", "sq", "sr", "sv", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
_SAME = {"nb": "no", "nn": "no"}
_SAMPLE = 4000
_KEPT_AS = "languages-" + hashlib.sha256(f"{version('py3langid')} {NEWS_LANGUAGES}".encode()).hexdigest()[:16]


@cache
def _model() -> Model:
    """The model of our languages alone, mapped from a file whose name tells the package's version.

    As its package loads it, it takes 80 MB and half a second.
    """
    return _kept() or _made()


def _kept() -> Model | None:
    path = kept(_KEPT_AS)
    return mapped(path) if path else None


def _made() -> Model:
    """The model as it is made, if need be, and kept where there is room for it."""
    from crawler.extract import language_tables  # noqa: PLC0415  # its packages take 20 MB, and are asked once a machine

    model = language_tables.made(language_tables.whole((*NEWS_LANGUAGES, "no")))
    keep(_KEPT_AS, packed(model))
    return _kept() or model


def of(text: str) -> str:
    """Language of ``text``, read from its first 4,000 characters; empty where it has no letters."""
    sample = text[:_SAMPLE]
    if not any(char.isalpha() for char in sample):
        return ""
    code = _model().language(sample)
    return _SAME.get(code, code)
