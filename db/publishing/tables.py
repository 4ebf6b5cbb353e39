"""What of the database is published: every table stands in exactly one of these lists, and what is in none is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which rows of a table are published, the column that names their report, and what is left empty in them."""

    rows: str = "1"
    report: str = ""
    blank: Mapping[str, str | int | None] = field(default_factory=dict)


COPIED: Mapping[str, Rule] = {
    "sources": Rule(blank={"notes": "", "rules_digest": ""}),
    "channels": Rule(blank={"etag": "", "last_modified": "", "position": ""}),
    "runs": Rule(),
    "visits": Rule(),
    "source_days": Rule(),
    "gaps": Rule(),
    "troubles": Rule(),
    "recall": Rule(),
    "series": Rule(rows="id IN (SELECT series FROM live.figures WHERE known_until IS NULL)", blank={"figures": 0}),
}
OF_REPORTS: Mapping[str, Rule] = {  # copied report by report, since quotes are cut from their texts
    "articles": Rule(report="id", blank={"archive_file": None, "archive_offset": None}),
    "texts": Rule(report="id"),
    "figures": Rule(rows="known_until IS NULL", report="report"),
    "decisions": Rule(rows="known_until IS NULL", report="report"),
    "mentions": Rule(rows="known_until IS NULL", report="report"),
    "citations": Rule(rows="known_until IS NULL", report="report"),
    "pages": Rule(rows="outcome = 'report'", report="report", blank={"archive_file": None, "archive_offset": None}),
    "placements": Rule(report="report"),
    "judgements": Rule(report="report", blank={"reasons": "[]"}),
    "revisions": Rule(
        report="report", blank={"old_file": None, "old_offset": None, "new_file": None, "new_offset": None}
    ),
}
STORIES = "stories"  # which is copied after its reports
DERIVED = frozenset({"report_days", "report_counts", "lemmas", "versions"})  # which triggers and the index write anew
EMPTY = frozenset({"issues", "samples", "sightings", "editions", "rulings"})  # that pages of the site ask for
GONE = frozenset(
    {
        "protected_mentions", "messages", "watches", "watched", "candidates", "rechecks", "fingerprints", "story_keys",
        "proposals", "timetable", "indexed", "backfills",
    }
)  # fmt: skip
