"""A topic's terms in, a matcher out that finds them in a text, each once."""

from collections.abc import Iterable

from crawler.terms import Hit, Matcher
from crawler.topics import Term, Topic
from crawler.words import Words


class Lexicon:
    """The terms of a topic, ready to be found."""

    def __init__(self, topic: Topic, terms: Iterable[Term]) -> None:
        spoken = [(term.role, term.text, term.language) for term in terms]
        prefixes = {prefix for _, _, code in spoken for prefix in topic.languages[code].prefixes}
        self._roles = topic.roles
        self._matcher = Matcher(spoken, prefixes)

    def find(self, text: str, words: Words) -> list[Hit]:
        """All terms in ``words`` of ``text``; of overlapping terms of one role the longest, and none that is hidden."""
        found = self._matcher.find(text, words)
        hidden = {at for hit in found if self._roles[hit.role].hides for at in range(hit.first, hit.last + 1)}
        kept: dict[str, Hit] = {}
        result: list[Hit] = []
        for hit in sorted(found, key=lambda each: (each.first, each.first - each.last)):
            masked = not self._roles[hit.role].hides and not hidden.isdisjoint(range(hit.first, hit.last + 1))
            before = kept.get(hit.role)
            if masked or (before and hit.first <= before.last and hit.languages <= before.languages):
                continue
            kept[hit.role] = hit
            result.append(hit)
        return result
