"""Text in, its language out (ISO 639-1), by py3langid among the languages in which news is written."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

NEWS_LANGUAGES = (
    "ar", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr",
    "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "ko", "ky", "lt", "lv", "mk", "mn", "nb", "nl", "no", "pl", "pt",
    "ro", "ru", "sk", "sl", "sq", "sr", "sv", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
_SAME = {"nb": "no", "nn": "no"}
_SAMPLE = 4000


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    known = (
        {label.split("-")[0] for label in identifier.labels} if hasattr(identifier, "labels") else set(NEWS_LANGUAGES)
    )
    identifier.set_languages([code for code in (*NEWS_LANGUAGES, "no") if code in known])
    return identifier


def of(text: str) -> str:
    """Language of ``text``, read from its first 4,000 characters; empty where it has no letters."""
    sample = text[:_SAMPLE]
    if not any(char.isalpha() for char in sample):
        return ""
    code = str(_identifier().classify(sample)[0])
    return _SAME.get(code, code)
