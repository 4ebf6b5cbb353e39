"""A database of invented reports in, the addresses of pages to ask for out: each page with many different questions."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks.site_texts import invented

WORDS = (
    "дезертир", "дезертиры суд", "самовольное оставление части", "Казахстан экстрадиция", "убежище Франция",
    "дезертира", "deserter", "deserters asylum", "Mediazona", "Kazakhstan deported soldier", "Deserteur Asyl",
    "déserteur",
    "dezerter granica", "337", "Russian deserter court sentence", "СЗЧ", "убіжище", "asilo desertor",
)  # fmt: skip
PHRASES = ('"самовольное оставление"', '"asylum seekers"', '"right to asylum" -Georgia', '"Идите лесом" убежище')
FILTERS = (
    "lang:ru",
    "lang:de",
    "country:kz",
    "after:2026",
    "after:30d",
    "before:2024",
    "country:fr lang:en",
    "-lang:ru",
)
LANGUAGES = ("ru", "en", "uk", "de", "fr", "pl", "fi", "it", "ka", "he")
FACETS = ("source", "published_from", "section", "paid")
TYPES = ("absence-cases", "deserters", "verdicts", "asylum-claims", "people-helped", "grants", "refusals", "share")
SPEAKERS = ("Mediazona", "Idite Lesom", "Group 4", "Group 100", "EFE")
COUNTRIES = ("ru", "kz", "de", "fr")
PLACES = ("", "?sort=reports", "?year=2023", "?year=2024", "?year=2025")


class Asked:
    """The addresses of every page that is measured; the same ``seed`` asks the same."""

    def __init__(self, path: Path, seed: int) -> None:
        self._rng = random.Random(seed)
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            self.reports = int(connection.execute("SELECT max(id) FROM articles").fetchone()[0])
            self._stories = int(connection.execute("SELECT max(id) FROM stories").fetchone()[0])
            big = "SELECT id FROM stories WHERE forward IS NULL ORDER BY reports DESC LIMIT 20"
            self._big = [row[0] for row in connection.execute(big)]
            self._sources = [row[0] for row in connection.execute("SELECT DISTINCT source FROM report_days")]
            self._newest = [
                row[0] for row in connection.execute("SELECT newest FROM stories ORDER BY random() LIMIT 90")
            ]

    def pages(self) -> dict[str, Callable[[], str]]:
        """By the name of a page, what gives the next address of it."""
        pick = self._rng.choice
        return {
            "home": lambda: "/",
            "stories": lambda: pick(("/stories", f"/stories?before={quote(f'{pick(self._newest)},{1 << 40}')}")),
            "story": lambda: f"/story/{self._rng.randint(1, self._stories)}",
            "story, the biggest": lambda: f"/story/{pick(self._big)}",
            "report": lambda: f"/report/{self._rng.randint(1, self.reports)}",
            "table with facets": self._table,
            "table, filtered, one more facet": self._filtered,
            "search": self._search,
            "search for the best": lambda: f"{self._search()}&sort=best",
            "figures chart": lambda: f"/figures?type={pick(TYPES)}",
            "figures chart of a speaker": lambda: (
                f"/figures?type={pick(TYPES[:4])}&organisation={quote(pick(SPEAKERS))}"
            ),
            "figures chart of a territory": lambda: f"/figures?type={pick(TYPES[:4])}&territory={pick(COUNTRIES)}",
            "places": lambda: f"/places{pick(PLACES)}",
            "sources": lambda: "/sources",
        }  # fmt: skip

    def _table(self) -> str:
        return self._rng.choice(("/deserters/reports", f"/deserters/reports?_next={self._rng.randint(1, 20) * 30}"))

    def _filtered(self) -> str:
        told = self._rng.choice(
            ({"language": self._rng.choice(LANGUAGES)}, {"source": self._rng.choice(self._sources)})
        )
        return f"/deserters/reports?{urlencode({**told, '_facet': self._rng.choice(FACETS)})}"

    def _search(self) -> str:
        """Common and rare words, one to four, phrases, filters, and now and then the second page."""
        rng = self._rng
        kinds = (
            lambda: rng.choice(WORDS), lambda: rng.choice(WORDS), lambda: rng.choice(PHRASES),
            lambda: f"{rng.choice(WORDS)} {rng.choice(FILTERS)}", lambda: invented(rng),
            lambda: f"{invented(rng)} {invented(rng)}", lambda: f"{rng.choice(WORDS)} OR {rng.choice(WORDS)}",
            lambda: f"source:{rng.choice(self._sources)} {rng.choice(WORDS)}", lambda: f"{rng.choice(WORDS)[:6]}*",
        )  # fmt: skip
        told = {"q": rng.choice(kinds)()}
        if rng.random() < 0.2:
            told["after"] = str(rng.randint(self.reports // 2, self.reports))
        return f"/search?{urlencode(told)}"
