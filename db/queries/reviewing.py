"""What reviews need of the database: the pages that were judged, and reports by the names that outlive it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from db.model.reviews import Judged
from db.queries.reading import reading

ASKED = "asked for on the site, review "  # and the ruling's token: what the note of a ruling taken up says
_JUDGED = """
SELECT p.key, p.outcome = 'report' AS kept, p.stage, p.answer, p.score, CASE WHEN p.language <> '' THEN p.language
    WHEN json_valid(s.languages) AND json_array_length(s.languages) = 1 THEN json_extract(s.languages, '$[0]')
    ELSE '' END AS language
FROM pages p JOIN sources s ON s.id = p.source
WHERE p.outcome = 'rejected' AND p.stage <> 'fetch'
    OR p.outcome = 'report' AND p.id = (SELECT min(id) FROM pages AS first WHERE first.report = p.report)
"""


def judged(path: Path) -> Iterator[Judged]:
    """Every page that was fetched and judged; of a report found at several addresses the first.

    A page whose language is unknown counts as its source's, where that has but one.
    """
    with reading(path) as connection:
        for key, kept, stage, answer, score, language in connection.execute(_JUDGED):
            yield Judged(key=key, kept=bool(kept), stage=stage, answer=answer, score=score, language=language)


def taken_up(path: Path) -> frozenset[str]:
    """The tokens of rulings of the site that stand in the database already."""
    with reading(path) as connection:
        found = connection.execute("SELECT note FROM rulings WHERE note LIKE ? || '%'", [ASKED])
        return frozenset(row["note"].removeprefix(ASKED) for row in found)


def placed_reports(path: Path, keys: Iterable[str]) -> dict[str, int]:
    """The numbers of the reports called ``keys`` that are in a story."""
    sql = "SELECT id FROM articles JOIN placements ON report = id WHERE key = ?"
    with reading(path) as connection:
        found = {key: connection.execute(sql, [key]).fetchone() for key in keys}
    return {key: row["id"] for key, row in found.items() if row}
