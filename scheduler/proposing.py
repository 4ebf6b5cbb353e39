"""Kept reports and a language model in, facts that it proposes and that pass the quote guard out; optional extra `llm`.

A proposal counts only if its quote stands in the text, its type is one of ours, and a figure's number stands in its
quote; what does not pass is dropped and counted. Names of people are not asked for.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ValidationError

from crawler.errors import ConfigurationError, DesertersError
from db.model import Decision, DecisionKind, Evidence, Facts, Figure, FigureType
from db.queries.reports import Unproposed, unproposed
from db.store import Store
from scheduler.config import Config

CERTAINTY = 0.5  # of what a model proposes
_ASKED = (
    "You read one news report about Russian military deserters. Return JSON with two lists. figures: each with quote "
    "(the exact words of the report that tell it), value (a number), type (one of the allowed), organisation (who says "
    "so, or empty). decisions: each with quote (the exact sentence), kind (one of the allowed), country (ISO code or "
    "empty). Copy quotes letter by letter. Leave out what the report only fears, plans or hopes, and names of people."
)


class ProposalError(DesertersError):
    """The model could not be asked; the text says why and what to do."""


class ProposedFigure(BaseModel):
    """A figure as a model tells it."""

    quote: str
    value: float
    type: Literal[
        "deserters", "absence-cases", "verdicts", "charges", "asylum-claims", "grants", "refusals", "people-helped",
        "requests-for-help", "people-fled", "prison-years", "share", "ratio",
    ]  # fmt: skip
    organisation: str = ""


class ProposedDecision(BaseModel):
    """A decision as a model tells it."""

    quote: str
    kind: Literal[
        "asylum-granted", "asylum-refused", "asylum-claimed", "appealed", "visa-issued", "detained", "extradited",
        "deported", "abducted", "returned", "charged", "sentenced", "killed", "exchanged",
    ]  # fmt: skip
    country: str = ""


class Proposal(BaseModel):
    """All that a model tells of one report."""

    figures: list[ProposedFigure] = []
    decisions: list[ProposedDecision] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """How a round went: reports asked about, facts kept, facts dropped by the guard, answers that were no answer."""

    reports: int
    kept: int
    dropped: int
    unread: int


def propose(config: Config, count: int) -> Proposed:
    """Ask the model about the newest ``count`` reports that it has not been asked about.

    Raises:
        ProposalError: the extra is not installed, no model is set, or it does not answer.
    """
    ask = _model(config)
    kept = dropped = unread = 0
    reports = unproposed(config.db, count)
    with Store(config.db, holder="deserters propose") as store:
        for report in reports:
            try:
                told = Proposal.model_validate(_object(ask(report.text)))
            except (ValidationError, ValueError):
                unread += 1
                told = Proposal()
            facts, lost = guarded(report, told)
            kept += store.propose(report.id, facts)
            dropped += lost
    return Proposed(reports=len(reports), kept=kept, dropped=dropped, unread=unread)


def guarded(report: Unproposed, told: Proposal) -> tuple[Facts, int]:
    """The facts whose quotes stand in the report's text, and how many were dropped."""
    figures = [each for each in (_figure(report, one) for one in told.figures) if each]
    decisions = [each for each in (_decision(report, one) for one in told.decisions) if each]
    lost = len(told.figures) + len(told.decisions) - len(figures) - len(decisions)
    return Facts(figures=tuple(figures), decisions=tuple(decisions)), lost


def _figure(report: Unproposed, told: ProposedFigure) -> Figure | None:
    evidence = _evidence(report.text, told.quote)
    if evidence is None or not _tells(evidence.quote, told.value):
        return None
    return Figure(
        evidence=evidence, type=FigureType(told.type), low=told.value, high=told.value,
        organisation=told.organisation[:80], certainty=CERTAINTY,
    )  # fmt: skip


def _decision(report: Unproposed, told: ProposedDecision) -> Decision | None:
    evidence = _evidence(report.text, told.quote)
    country = told.country.lower()
    if evidence is None or (country and not re.fullmatch("[a-z]{2}", country)):
        return None
    return Decision(evidence=evidence, kind=DecisionKind(told.kind), country=country, certainty=CERTAINTY)


def _evidence(text: str, quote: str) -> Evidence | None:
    start = text.find(quote) if quote.strip() else -1
    return Evidence(start=start, end=start + len(quote), quote=quote) if start >= 0 else None


def _tells(quote: str, value: float) -> bool:
    """Whether the number stands in the quote, in digits; numbers in words cannot be checked and pass."""
    digits = re.sub(r"\D", "", quote)
    return not digits or f"{value:g}".replace(".", "") in digits


def _object(answer: str) -> object:
    found = re.search(r"\{.*\}", answer, flags=re.DOTALL)
    return json.loads(found[0] if found else answer)


def _model(config: Config) -> Callable[[str], str]:
    if not config.llm_model or not config.llm_base:
        raise ConfigurationError("llm_model and llm_base: name a model and the address of its OpenAI-compatible server")
    try:
        from llm.default_plugins.openai_models import Chat  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ProposalError("the extra is not installed; pip install 'deserters[llm]'") from error
    key = config.llm_key.get_secret_value() or "none"
    model = Chat(  # type: ignore[no-untyped-call]  # the library leaves it untyped
        "deserters", key=key, model_name=config.llm_model, api_base=config.llm_base, supports_schema=True
    )

    def ask(text: str) -> str:
        try:
            return str(model.prompt(text, system=_ASKED, schema=Proposal, key=key, stream=False).text())
        except Exception as error:  # whatever the library raises, the server is the cause
            raise ProposalError(
                f"{config.llm_base}: {error}; is the server there, and the model's name right?"
            ) from error

    return ask
