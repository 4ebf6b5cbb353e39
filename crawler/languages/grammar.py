"""What a language's file may hold: its numbers, months, and the words that tell what a number, a name or a deed is.

Terms are written as in ``crawler/topics/grammar.py``.
"""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from crawler.handwritten import Handwritten
from crawler.topics.grammar import Line, Wording

CUES = {
    # bounds and ranges
    "above": "more than the number that follows",
    "below": "less than the number that follows",
    "about": "roughly the number that follows",
    "vague": "several, many: the number in words that follows is none",
    "andhalf": "and a half, behind a number",
    "among": "between a part and its whole: nine in ten",
    "upward": "and more; stands behind the number",
    "from": "begins a range or a period",
    "to": "joins the two ends of a range or a period",
    # what is counted
    "percent": "hundredths",
    "times": "times as many",
    "multiplied": "times as many: stands before the number",
    "years": "years, in the forms that stand behind a number",
    "people": "men, soldiers, names on a list",
    "deserters": "those who left the army",
    "cases": "criminal cases",
    "verdicts": "sentences that courts passed",
    "charges": "accusations",
    "claims": "applications for asylum",
    "grants": "asylum or papers that were given",
    "refusals": "asylum that was not given",
    "requests": "calls for help",
    # what is no figure of ours
    "age": "years of life",
    "article": "number of a law's article",
    "unit": "number or name of a military unit",
    "money": "currencies",
    "distance": "lengths, weights and other measures",
    "span": "days, weeks, months and hours",
    "otherwise": "killed, wounded, called up: people counted for another thing",
    # what people did who are counted
    "deserted": "left the army",
    "fled": "left the country",
    "helped": "got help",
    "asked": "wrote, called or came for help",
    "ofthem": "of those counted before",
    "granted": "got asylum or papers",
    "refused": "got no asylum",
    "claimed": "asked for asylum",
    "convicted": "were tried and sentenced",
    "charged": "were accused",
    "prison": "what makes years a prison term",
    "total": "in all so far",
    "each": "per: a week, a month",
    # periods
    "year": "the year, beside its number",
    "half": "half a year",
    "quarter": "quarter of a year",
    "month": "month",
    "last": "the one before the present",
    "this": "the present one",
    "same": "the same period of another year",
    "since": "from then until now",
    "until": "until then",
    "during": "within that period",
    "war": "the beginning of the war",
    "endof": "the end of a year or month, until which is counted",
    "lastyear": "last year, in one word",
    "newyear": "since the year began",
    "mobilisation": "since the mobilisation of September 2022",
    "published": "made known: its date is not the date of the figure",
    # decisions
    "grant": "asylum or protection given",
    "refuse": "asylum or protection refused",
    "claim": "asylum asked for",
    "appeal": "a decision contested",
    "visa": "visa, laissez-passer or entry given",
    "detain": "taken into custody",
    "extradite": "handed over to another state",
    "deport": "removed from a country",
    "abduct": "taken by force",
    "return": "brought back to the army or to Russia",
    "charge": "criminal proceedings opened",
    "sentence": "a court's sentence",
    "kill": "killed or died",
    "exchange": "exchanged as a prisoner",
    "unreal": "feared, hoped, planned or possible",
    "not": "no, not, denied",
    "undone": "stopped, overturned: what undid a deed",
    "that": "joins a clause to a doubt before it",
    "court": "the word court, for who decided",
    # attribution
    "according": "stands before the one who says so",
    "reports": "what a newsroom does",
    "told": "said to a newsroom",
    "counted": "counted or calculated: what a source of numbers does",
    "credit": "begins a line that names the source",
    "associations": "groups that are not named",
    # people
    "title": "makes its bearer a public person",
    "kin": "relatives",
    "fugitive": "someone who left the army, or hides",
    "says": "verbs of speech",
    "renamed": "the name was changed",
    "in": "stands before a place",
    "outof": "stands before the place that someone left",
    "via": "passed through",
    "settlement": "village, town",
}

Count = Annotated[float, Field(gt=0)]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]


class LanguageData(Handwritten):
    """The data of one language.

    ``decimal`` is the mark before fractions of ten, ``endings`` how many letters an inflected name may add,
    ``joined`` whether words are written without spaces, ``postposed`` whether "through" stands behind its country,
    ``nouns`` whether all nouns have capitals, ``home`` the country of most that is written in it. ``abbreviations``
    end in a full stop that ends no sentence. ``numbers``, ``magnitudes``, ``fractions`` (in percent) and ``multiples``
    give terms their values; ``months`` are January to December, ``seasons`` spring to winter, ``ordinals`` first to
    fourth. ``countries`` are names beside those of CLDR, ``nations`` the adjectives and nouns of their people,
    ``cities`` names of cities beside those of the table,
    ``falsefriends`` words that the tables of CLDR and of cities take for places, and that are none, or are given above.
    """

    language: Line
    decimal: Annotated[str, StringConstraints(pattern="^[.,]$")]
    endings: Annotated[int, Field(ge=0, le=8)] = 0
    joined: bool = False
    postposed: bool = False
    nouns: bool = False
    home: Annotated[str, StringConstraints(pattern="^([A-Z]{2}|)$")] = ""
    abbreviations: tuple[Line, ...] = ()
    numbers: dict[Wording, Count] = Field(default_factory=dict)
    magnitudes: dict[Wording, Count] = Field(default_factory=dict)
    fractions: dict[Wording, Count] = Field(default_factory=dict)
    multiples: dict[Wording, Count] = Field(default_factory=dict)
    ordinals: dict[Wording, Count] = Field(default_factory=dict)
    months: tuple[Wording, ...]
    seasons: tuple[Wording, ...] = ()
    cues: dict[str, tuple[Wording, ...]]
    countries: dict[Country, tuple[Wording, ...]] = Field(default_factory=dict)
    nations: dict[Country, tuple[Wording, ...]] = Field(default_factory=dict)
    cities: dict[Country, tuple[Wording, ...]] = Field(default_factory=dict)
    falsefriends: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if len(self.months) != 12:
            raise ValueError(f"months has {len(self.months)} entries; write twelve")
        if len(self.seasons) not in {0, 4}:
            raise ValueError(f"seasons has {len(self.seasons)} entries; write four, from spring")
        unknown = set(self.cues) - set(CUES)
        if unknown:
            raise ValueError(f"cues {sorted(unknown)} are not known; known are {', '.join(CUES)}")
        return self
