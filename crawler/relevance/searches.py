"""The shipped topic in, the searches for its words out, with what it says of roles and languages, ready at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from crawler.relevance.cleaning import HIDING
from crawler.relevance.clues import WIDTH, Key, doing, hinting
from crawler.relevance.features import ACTS
from crawler.relevance.patterns import Patterns
from crawler.topics import Topic, load

# The languages that stand on most pages of news that name Russia; all others are grouped by script.
_WIDE = (frozenset({"en"}), frozenset({"de", "es", "fr", "it", "nl", "pt"}))
Found = set[Key]  # what was found, by language and role


@dataclass(frozen=True, slots=True)
class Searches:
    """``hints`` says what a page must have; ``acts`` finds the acts of some languages and their company.

    ``company``: the roles of which one must stand near each act; ``width``: the bytes of a letter of each language.
    """

    topic: Topic
    hints: Patterns
    acts: Mapping[frozenset[str], Patterns]
    company: Mapping[str, frozenset[str]]
    width: Mapping[str, int]

    def languages(self, found: Found) -> set[str]:
        """Those in which what is ``found`` names Russia, or says an act: in everyday words only with its company."""
        roles = {language: {role for each, role in found if each == language} for language, _ in found}
        return {language for language, here in roles.items() if any(self._suffices(role, here) for role in here)}

    def _suffices(self, role: str, roles: set[str]) -> bool:
        company = self.company.get(role)
        return not role or (company is not None and (not company or not company.isdisjoint(roles)))


@cache
def searches() -> Searches:
    """Compiled for the shipped topic; takes some seconds where no process of this machine has done it before."""
    topic = load()
    return Searches(
        topic=topic,
        hints=Patterns(hinting(topic), HIDING),
        acts={languages: Patterns(doing(topic, languages)) for languages in _groups(topic)},
        company={act: topic.company(act) for act in ACTS},
        width={name: WIDTH.get(language.script, 2) for name, language in topic.languages.items()},
    )


def _groups(topic: Topic) -> list[frozenset[str]]:
    """All languages, those apart that stand on most pages: a search for few words needs little memory at hand."""
    latin = frozenset(name for name, language in topic.languages.items() if language.script == "Latn").difference(
        *_WIDE
    )
    found = [*(wide.intersection(topic.languages) for wide in _WIDE), latin]
    return [each for each in (*found, frozenset(topic.languages).difference(*found)) if each]
