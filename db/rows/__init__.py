"""Values of the vocabulary in, database rows out, and back; times are UTC ISO 8601 to the second."""

import json
import sqlite3
from dataclasses import asdict, fields
from datetime import UTC, datetime

from db.model import (
    Analysis,
    Candidate,
    ChannelKind,
    ChannelState,
    Gap,
    Health,
    Issue,
    Offer,
    Place,
    Reason,
    Recall,
    Rejection,
    Sample,
    Sighting,
    Source,
    SourceDay,
    Trouble,
)

Row = dict[str, str | int | float | None]
SqlRow = sqlite3.Row


def stamp(moment: datetime) -> str:
    """``moment`` as it is stored: ``2026-03-01T09:30:00+00:00``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def stamp_or_none(moment: datetime | None) -> str | None:
    """``moment`` as it is stored, where there is one."""
    return stamp(moment) if moment else None


def moment(value: str | None) -> datetime | None:
    """The stored time as an aware datetime, where there is one."""
    return datetime.fromisoformat(value) if value else None


def source_row(source: Source) -> Row:
    """One row of ``sources``."""
    return {
        "id": source.id,
        "name": source.name,
        "homepage": source.homepage,
        "country": source.country,
        "languages": json.dumps(source.languages),
        "kind": source.kind.value,
        "enabled": int(source.enabled),
        "watched": int(source.watched),
        "reason": source.reason,
        "min_candidates": source.min_candidates,
        "notes": source.notes,
        "terms": source.terms,
        "full_text": int(source.full_text),
    }


def channel_row(state: ChannelState) -> Row:
    """One row of ``channels``."""
    row = asdict(state)
    return {name: stamp(value) if isinstance(value, datetime) else value for name, value in row.items()}


def channel_state(row: dict[str, str | int | None]) -> ChannelState:
    """The channel that a row of ``channels`` holds."""
    known = {field.name: row[field.name] for field in fields(ChannelState)}
    times = {
        name: moment(str(row[name]) if row[name] else None)
        for name in known
        if name.endswith(("_at", "_since", "_after"))
    }
    words = {"kind": ChannelKind(str(row["kind"])), "health": Health(str(row["health"]))}
    return ChannelState(**{**known, **times, **words})  # type: ignore[arg-type]  # columns and fields share names and types


def visit_row(state: ChannelState) -> Row:
    """One row of ``visits``: what the last visit to a channel brought."""
    return {
        "channel": state.url,
        "at": stamp_or_none(state.asked_at),
        "source": state.source,
        "status": state.status,
        "trouble": state.trouble,
        "entries": state.entries if state.answered_at == state.asked_at and state.status == 200 else 0,
        "new_entries": state.new_entries if state.answered_at == state.asked_at else 0,
    }


def candidate_row(candidate: Candidate, now: datetime) -> Row:
    """One row of ``candidates``, offered ``now`` where its offer does not say."""
    offer = candidate.offer
    return {
        "key": candidate.key,
        "url": candidate.url,
        "source": offer.source,
        "channel": offer.channel,
        "title": offer.title,
        "summary": offer.summary,
        "published_at": stamp_or_none(offer.published_at),
        "offered_at": stamp(offer.offered_at or now),
        "oldest": stamp_or_none(offer.oldest),
        "tries": candidate.tries,
    }


def candidate(row: dict[str, str | int | None]) -> Candidate:
    """The candidate that a row of ``candidates`` holds."""
    text = {name: str(value) if value is not None else "" for name, value in row.items()}
    offer = Offer(
        source=text["source"],
        channel=text["channel"],
        title=text["title"],
        summary=text["summary"],
        published_at=moment(text["published_at"]),
        offered_at=moment(text["offered_at"]),
        oldest=moment(text["oldest"]),
    )
    return Candidate(url=text["url"], key=text["key"], offer=offer, tries=int(row["tries"] or 0))


def article_row(analysis: Analysis, key: str) -> Row:
    """One row of ``articles``; its text goes to ``texts``."""
    article, capture = analysis.article, analysis.capture
    return {
        "key": key,
        "url": capture.url,
        "canonical_url": article.canonical_url,
        "source": analysis.source.id,
        "title": article.headline,
        "language": article.language,
        "authors": json.dumps(article.authors, ensure_ascii=False),
        "published_at": stamp_or_none(article.published_at),
        "published_on": article.published_on.isoformat() if article.published_on else None,
        "published_from": article.published_from,
        "standfirst": article.standfirst,
        "section": article.section,
        "image_url": article.image_url,
        "credit": article.credit,
        "paid": int(article.paid),
        "first_seen": stamp(capture.offer.offered_at or capture.fetched_at),
        "fetched_at": stamp(capture.fetched_at),
        "score": round(analysis.verdict.score, 4),
        "why": analysis.verdict.why,
        "reasons": json.dumps([reason_object(reason) for reason in analysis.verdict.reasons], ensure_ascii=False),
        "extractor": article.extractor,
        "marks": json.dumps(article.marks),
        "links": json.dumps(article.links),
        "sha256": analysis.sha256,
        **_place(capture.place),
    }


def page_row(outcome: Analysis | Rejection, key: str, run: int, report: int | None) -> Row:
    """One row of ``pages``: what became of the page called ``key``."""
    if isinstance(outcome, Analysis):
        capture, verdict = outcome.capture, outcome.verdict
        ending: Row = {
            "url": capture.requested_url or capture.url,
            "source": outcome.source.id,
            "first_seen": stamp(capture.offer.offered_at or capture.fetched_at),
            "judged_at": stamp(capture.fetched_at),
            "outcome": "report",
            "stage": "relevance",
            "reason": "kept",
            "detail": verdict.why,
            "score": round(verdict.score, 4),
            "answer": verdict.answer.value,
            "title": outcome.article.headline,
            "language": outcome.article.language,
            **_place(capture.place),
        }
    else:
        ending = {
            "url": outcome.url,
            "source": outcome.source,
            "first_seen": stamp(outcome.offered_at or outcome.fetched_at),
            "judged_at": stamp(outcome.fetched_at),
            "outcome": "rejected",
            "stage": outcome.stage.value,
            "reason": outcome.reason,
            "detail": outcome.detail,
            "score": round(outcome.score, 4),
            "answer": outcome.answer.value,
            "title": outcome.headline,
            "language": outcome.language,
            **_place(outcome.place),
        }
    return {"key": key, "run": run or None, "report": report, **ending}


def issue_row(issue: Issue, run: int, now: datetime) -> Row:
    """One row of ``issues``."""
    return {
        "run": run or None,
        "at": stamp(now),
        "source": issue.source or None,
        "channel": issue.channel,
        "url": issue.url,
        "level": issue.level.value,
        "what": issue.what,
        "detail": issue.detail,
    }


def sighting_row(sighting: Sighting) -> Row:
    """One row of ``sightings``."""
    return {
        "page": sighting.page,
        "channel": sighting.channel,
        "at": stamp(sighting.at),
        "position": sighting.position,
    }


def gap_row(gap: Gap, run: int) -> Row:
    """One row of ``gaps``."""
    return {
        "run": run or None,
        "source": gap.source,
        "channel": gap.channel,
        "why": gap.why,
        "since": stamp(gap.since),
        "until": stamp(gap.until),
        "recovered": gap.recovered,
        "pages": gap.pages,
        "lost": gap.lost,
    }


def sample_row(sample: Sample) -> Row:
    """One row of ``samples``."""
    return {
        "page": sample.page,
        "source": sample.source,
        "at": stamp(sample.at),
        "characters": sample.characters,
        "dated": int(sample.dated),
        "authored": int(sample.authored),
    }


def source_day_row(day: SourceDay) -> Row:
    """One row of ``source_days``."""
    return {**asdict(day), "day": day.day.isoformat()}


def trouble_row(trouble: Trouble, now: datetime) -> Row:
    """One row of ``troubles``, noticed ``now``."""
    return {**asdict(trouble), "since": stamp(trouble.since), "noticed_at": stamp(now)}


def recall_row(recall: Recall, now: datetime) -> Row:
    """One row of ``recall``, with the shares that its totals mean."""
    shares = {
        "share": recall.total,
        "share_low": recall.total_high,  # the more there is, the smaller the share that is held
        "share_high": recall.total_low,
    }
    held = {name: min(1.0, recall.held / total) if total else None for name, total in shares.items()}
    return {**asdict(recall), **held, "made_at": stamp(now)}


def reason_object(reason: Reason) -> dict[str, str | int]:
    """A reason as it stands in the JSON of ``reasons``."""
    found = reason.evidence
    return {
        "role": reason.role,
        "term": reason.term,
        "zone": reason.zone.value,
        "start": found.start,
        "end": found.end,
        "quote": found.quote,
    }


def _place(place: Place | None) -> Row:
    return {"archive_file": place.file if place else None, "archive_offset": place.offset if place else None}
