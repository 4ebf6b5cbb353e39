"""What a watch list file may hold: the grammar of ``crawler/sources/<country>/<name>.yml``, checked by pydantic."""

import re
from datetime import date
from typing import Annotated, Self

from lxml import etree
from pydantic import AfterValidator, Field, StrictBool, StrictInt, StringConstraints, field_validator, model_validator

from crawler.handwritten import Handwritten
from crawler.urls import is_web
from db.model import Channel, ChannelKind, Engine, Rule, Source, SourceKind

Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]
Country = Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]
Text = Annotated[str, StringConstraints(min_length=1)]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


class ChannelEntry(Handwritten):
    """One item of ``channels``: exactly one kind with its address, and what to leave out of it."""

    feed: str | None = None
    sitemap: str | None = None
    telegram: str | None = None
    gdelt: str | None = None
    search: Text | None = None
    frontpage: str | None = None
    skip: tuple[Text, ...] = ()
    min_bytes: Annotated[StrictInt, Field(ge=0)] = 0
    article: Annotated[str, AfterValidator(_pattern)] = ""
    engine: Engine | None = None
    endpoint: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len(self._named()) != 1:
            raise ValueError(f"needs exactly one of {', '.join(ChannelKind)}")
        kind, url = self._named()[0]
        if kind is not ChannelKind.SEARCH and not is_web(url):
            raise ValueError(f"{url!r} is no http or https address")
        if self.article and kind is not ChannelKind.FRONTPAGE:
            raise ValueError("article says which links of a frontpage count; other kinds list articles alone")
        if (self.engine is not None) != (kind is ChannelKind.SEARCH):
            raise ValueError(f"a search, and only a search, names its engine: one of {', '.join(Engine)}")
        return self

    def _named(self) -> list[tuple[ChannelKind, str]]:
        return [(kind, url) for kind in ChannelKind if (url := getattr(self, kind.value)) is not None]

    def channel(self, source: str) -> Channel:
        """The channel that this entry describes, as one of ``source``'s."""
        kind, told = self._named()[0]
        query = told if kind is ChannelKind.SEARCH else ""
        return Channel(
            source=source, kind=kind, url=f"search:{self.engine}:{query}" if query else told, skip=self.skip,
            min_bytes=self.min_bytes, article=self.article, engine=self.engine, query=query, endpoint=self.endpoint,
        )  # fmt: skip


class Span(Handwritten):
    """What a number should be at least."""

    min: Annotated[StrictInt, Field(ge=0)] = 0


class Expectation(Handwritten):
    """What one day of a source should give, at least."""

    candidates: Span = Span()


def _xpath(path: str) -> str:
    try:
        etree.XPath(path)
    except etree.XPathError as error:
        raise ValueError(f"{path!r} is no XPath: {error}") from error
    return path


XPath = Annotated[Text, AfterValidator(_xpath)]


class RuleEntry(Handwritten):
    """How pages up to a day are read: the XPath of their body, and of what to drop."""

    body: XPath
    drop: tuple[XPath, ...] = ()
    until: date | None = None


class SourceEntry(Handwritten):
    """One watch list file. Only name, homepage, languages and channels are required."""

    name: Text
    homepage: str
    languages: tuple[Language, ...]
    channels: tuple[ChannelEntry, ...]
    country: Country = "zz"
    kind: SourceKind = SourceKind.OTHER
    enabled: StrictBool = True
    reason: str = ""
    expect: Expectation = Expectation()
    rules: tuple[RuleEntry, ...] = ()
    notes: str = ""
    terms: str = ""
    full_text: StrictBool = False

    @field_validator("homepage")
    @classmethod
    def _web(cls, value: str) -> str:
        if not is_web(value):
            raise ValueError(f"{value!r} is no http or https address")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.enabled and not self.channels:
            raise ValueError(
                "an enabled source needs at least one channel; add one, or say enabled: false and a reason"
            )
        if not self.enabled and not self.reason:
            raise ValueError("a source that is not enabled needs a reason")
        if self.full_text and not self.terms:
            raise ValueError("full_text says that whole texts may be passed on; terms must say which terms allow it")
        return self

    def source(self, identity: str) -> Source:
        """The source that this file describes, under the id ``identity``."""
        return Source(
            id=identity,
            name=self.name,
            homepage=self.homepage,
            country=self.country,
            languages=self.languages,
            kind=self.kind,
            enabled=self.enabled,
            reason=self.reason,
            channels=tuple(entry.channel(identity) for entry in self.channels),
            min_candidates=self.expect.candidates.min,
            rules=tuple(Rule(body=rule.body, drop=rule.drop, until=rule.until) for rule in self.rules),
            notes=self.notes,
            terms=" ".join(self.terms.split()),
            full_text=self.full_text,
        )
