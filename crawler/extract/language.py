"""Text in, its language out (ISO 639-1), by py3langid among the languages in which news is written."""

import hashlib
import io
from array import array
from functools import cache
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from crawler.keeping import keep, kept

NEWS_LANGUAGES = (
    "ar", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr",
    "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "ko", "ky", "lt", "lv", "mk", "mn", "nb", "nl", "no", "pl", "pt",
    "ro", "ru", "sk", "sl", "sq", "sr", "sv", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
_SAME = {"nb": "no", "nn": "no"}
_SAMPLE = 4000
_TABLES = ("weights", "moves", "prior", "rows", "output", "classes")
_KEPT_AS = "languages-" + hashlib.sha256(f"{version('py3langid')} {NEWS_LANGUAGES}".encode()).hexdigest()[:16]


@cache
def _identifier() -> LanguageIdentifier:
    """The model of our languages alone, with its two great tables mapped from files: most of them is never read.

    As its package loads it, it takes 80 MB and half a second. The files' names tell the package's version.
    """
    return _mapped() or (_mapped() if _written() else _whole())


def _mapped() -> LanguageIdentifier | None:
    paths = [kept(f"{_KEPT_AS}-{table}.npy") for table in _TABLES]
    if any(path is None for path in paths):
        return None
    try:
        weights, moves, prior, rows, output, classes = (np.load(path, mmap_mode="r") for path in paths if path)
    except (OSError, ValueError):
        return None
    return LanguageIdentifier(
        weights, np.array(prior), classes.tolist(), memoryview(moves), array("i", output.tobytes()),
        tk_row=rows.tolist(),
    )  # fmt: skip


def _written() -> bool:
    """Whether the tables could be written to files."""
    whole = _whole()
    tables = (whole.nb_ptc, whole.tk_nextmove, whole.nb_pc, whole.tk_row, whole.tk_output, whole.nb_classes)
    return all(
        keep(f"{_KEPT_AS}-{name}.npy", _bytes(np.asarray(table))) for name, table in zip(_TABLES, tables, strict=True)
    )


def _bytes(table: npt.NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.save(file, table.astype(np.int32) if table.dtype == np.int64 else table, allow_pickle=False)
    return file.getvalue()


def _whole() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    known = {label.split("-")[0] for label in identifier.labels}
    identifier.set_languages([code for code in (*NEWS_LANGUAGES, "no") if code in known])
    return identifier


def of(text: str) -> str:
    """Language of ``text``, read from its first 4,000 characters; empty where it has no letters."""
    sample = text[:_SAMPLE]
    if not any(char.isalpha() for char in sample):
        return ""
    code = str(_identifier().classify(sample)[0])
    return _SAME.get(code, code)
