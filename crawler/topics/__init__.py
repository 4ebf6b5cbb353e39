"""Topics: a topic's YAML and its languages' YAML in, one checked ``Topic`` out."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawler.errors import HandwrittenError
from crawler.handwritten import load as load_file
from crawler.topics.grammar import LanguageFile, Role, TopicFile

SHIPPED = Path(__file__).parent / "deserters.yml"
RUSSIA = "russia"  # the need that a text in a home language meets by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of one language, in the role it plays."""

    language: str
    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What a topic knows of one language: its script (ISO 15924), writing habits and terms."""

    code: str
    script: str
    home: bool
    prefixes: tuple[str, ...]
    capitals: dict[str, str]
    common: frozenset[str]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What counts as relevant: roles by name, languages by code, and the scores that keep or review an article.

    ``version`` is a digest of its files, which tells by what terms a run judged.
    """

    name: str
    title: str
    definition: str
    keep: float
    review: float
    roles: dict[str, Role]
    languages: dict[str, Language]
    version: str = ""

    @property
    def common(self) -> frozenset[str]:
        """The words that stand on many pages, whatever the language: pages mix languages."""
        return frozenset(word for language in self.languages.values() for word in language.common)

    def named(self, kind: str) -> frozenset[str]:
        """The names of the roles of ``kind``."""
        return frozenset(name for name, role in self.roles.items() if role.kind == kind)

    def meeting(self, need: str) -> frozenset[str]:
        """The names of the roles that meet ``need``: itself, and those that count as it."""
        return frozenset(name for name, role in self.roles.items() if name == need or need in role.counts_as)

    def company(self, act: str) -> frozenset[str]:
        """The names of the roles one of which must stand near ``act``; none where it is no act in everyday words."""
        role = self.roles[act]
        needs = [need for need in role.needs if need != RUSSIA] if role.everyday else []
        return frozenset(name for need in needs for name in self.meeting(need))


@cache
def load(path: Path | None = None) -> Topic:
    """Read the topic at ``path`` (the shipped one without) and its languages, from the folder of its name beside it.

    Raises:
        HandwrittenError: a file breaks the grammar, or gives terms to a role that the topic does not have; names file,
            line and key.
    """
    file = path or SHIPPED
    topic = load_file(file, TopicFile)
    languages = [_language(each, topic) for each in sorted(file.with_suffix("").glob("*.yml"))]
    if not languages:
        raise HandwrittenError(file, 0, "", f"has no languages; write {file.with_suffix('')}/<language>.yml")
    return Topic(
        name=topic.name,
        title=topic.title,
        definition=topic.definition,
        keep=topic.thresholds.keep,
        review=topic.thresholds.review,
        roles=topic.roles,
        languages={language.code: language for language in languages},
        version=_version([file, *sorted(file.with_suffix("").glob("*.yml"))]),
    )


def _version(files: list[Path]) -> str:
    """A short digest of what the files say: it changes whenever a term, a role or a threshold does."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _language(path: Path, topic: TopicFile) -> Language:
    entry = load_file(path, LanguageFile)
    for role in entry.terms:
        if role not in topic.roles:
            raise HandwrittenError(path, _line(path, role), f"terms.{role}", f"is no role of {topic.name}")
    terms = [Term(language=path.stem, role=role, text=text) for role, texts in entry.terms.items() for text in texts]
    return Language(
        code=path.stem,
        script=entry.script,
        home=entry.home,
        prefixes=entry.prefixes,
        capitals=entry.capitals,
        common=frozenset(entry.common.split()),
        terms=tuple(terms),
    )


def _line(path: Path, key: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.strip().startswith(f"{key}:")), 0)
