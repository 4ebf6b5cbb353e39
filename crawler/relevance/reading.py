"""A headline and a text in, what each language's terms find in them out: the ground on which a verdict stands."""

from collections import Counter
from dataclasses import dataclass
from functools import cache

from crawler.relevance.features import Act, Field, acts, measure, survey
from crawler.relevance.lexicon import Lexicon
from crawler.terms import Hit
from crawler.topics import RUSSIA, Topic, load
from crawler.words import Words, split

_READ = 6  # languages


@dataclass(frozen=True, slots=True)
class Reading:
    """What one language's terms find in an article."""

    language: str
    title: Words
    text: Words
    found: Field
    acts: list[Act]
    possible: bool

    def figures(self) -> list[dict[str, float]]:
        """The figures that a score is made of, of each passage with an act."""
        return measure(self.found, self.acts)


@cache
def lexicon(language: str) -> Lexicon:
    """The matcher of one of the topic's languages; of the acts in all of them for an empty name."""
    topic = load()
    if language:
        return Lexicon(topic, topic.languages[language].terms)
    terms = [term for known in topic.languages.values() for term in known.terms]
    return Lexicon(topic, [term for term in terms if topic.roles[term.role].kind == "what"])


def read(headline: str, text: str, language: str) -> list[Reading]:
    """What the terms of each language find whose acts stand in the article; its own language is named by ``language``.

    Pages mix languages, and headlines are detected wrongly, so no language is believed alone.
    """
    title, body = split(headline), split(text)
    topic, names = load(), _languages(headline, title, text, body, language)
    readings = [_read(topic, (headline, title), (text, body), name) for name in names]
    return [reading for reading in readings if reading.possible]


def _languages(headline: str, title: Words, text: str, body: Words, language: str) -> list[str]:
    """Those languages of whose acts most stand in the article, its own first; few, since each costs a reading."""
    every = lexicon("")
    hits: list[Hit] = [*every.find(headline, title), *every.find(text, body)]
    names = Counter(name for hit in hits for name in hit.languages)
    return sorted(names, key=lambda name: (name != language, -names[name], name))[:_READ]


def _read(topic: Topic, head: tuple[str, Words], main: tuple[str, Words], language: str) -> Reading:
    (headline, title), (text, body) = head, main
    words = lexicon(language)
    found = survey((title, words.find(headline, title)), (body, words.find(text, body)))
    home = topic.languages[language].home
    doing = acts(found, topic, home=home)
    return Reading(
        language, title, body, found, doing, possible=any(_met(topic, found, act, home=home) for act in doing)
    )


def _met(topic: Topic, found: Field, act: Act, *, home: bool) -> bool:
    """Whether all that ``act`` needs stands in the article; a text in a home language need not name Russia."""
    needs = [need for need in topic.roles[act.spot.hit.role].needs if need != RUSSIA or not home]
    return all(any(found.places.get(role) for role in topic.meeting(need)) for need in needs)
