"""What a topic's files may hold: the grammar of ``deserters.yml`` and ``deserters/<language>.yml``.

A term is one line of words. ``stem*`` is any word that begins so, ``*stem*`` any word that contains it, ``a|b`` either
word, ``=СОЧ`` exactly so in upper and lower case, and ``~3`` allows up to three words in between.
"""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from crawler.handwritten import Handwritten

_WORD = r"=?\*?\w+\*?"
_TERM = re.compile(rf"{_WORD}(?:\|{_WORD})*(?: (?:~[1-9] )?{_WORD}(?:\|{_WORD})*)*")

Line = Annotated[str, StringConstraints(min_length=1)]


def _readable(term: str) -> str:
    if not _TERM.fullmatch(term):
        raise ValueError(f"{term!r} is no term; write words without punctuation, stem*, a|b, =Exact, ~N between words")
    return term


Wording = Annotated[Line, AfterValidator(_readable)]
Letter = Annotated[str, StringConstraints(min_length=1, max_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, StringConstraints(pattern="^[a-z_]+$")]
Script = Annotated[str, StringConstraints(pattern="^[A-Z][a-z]{3}$")]


class Role(Handwritten):
    """What a term of this role says about a text.

    ``kind``: who (whose people), what (the act), context (what follows from it) or veto (a sign of another subject).
    ``side``: whose army the term speaks of. ``hides``: other terms that overlap such a term do not count.
    ``needs``: an act makes a report only together with a term of each of these roles. ``counts_as``: roles that a term
    of this one stands in for. ``everyday``: an act in everyday words; it counts only near what it needs.
    """

    kind: Annotated[str, StringConstraints(pattern="^(who|what|context|veto)$")]
    says: Line
    side: Annotated[str, StringConstraints(pattern="^(|russia|ukraine|other)$")] = ""
    hides: bool = False
    needs: tuple[Name, ...] = ()
    counts_as: tuple[Name, ...] = ()
    everyday: bool = False


class Thresholds(Handwritten):
    """The scores from which an article is kept, and from which a person should look at it."""

    keep: Share
    review: Share

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.review > self.keep:
            raise ValueError("review must not be above keep")
        return self


class TopicFile(Handwritten):
    """The file of a topic."""

    name: Name
    title: Line
    definition: Line
    thresholds: Thresholds
    roles: dict[Name, Role]

    @model_validator(mode="after")
    def _known_roles(self) -> Self:
        for name, role in self.roles.items():
            unknown = {*role.needs, *role.counts_as} - set(self.roles)
            if unknown:
                raise ValueError(f"role {name} names {sorted(unknown)}, which no role is called")
        return self


class LanguageFile(Handwritten):
    """The terms of one language, by role.

    ``home``: texts in this language speak of Russia where they name no country. ``prefixes``: what may stand before a
    word and is written together with it. ``capitals``: letters whose capital is not the usual one.
    ``common``: words that stand on many pages, so that a search for a phrase had better begin with another one.
    """

    language: Line
    script: Script
    home: bool = False
    prefixes: tuple[Line, ...] = ()
    capitals: dict[Letter, Letter] = Field(default_factory=dict)
    common: str = ""
    terms: dict[Name, tuple[Wording, ...]]
