"""A database of a few thousand stored reports in, one of a million out: each copied again and again to later days.

Every table that placing a report reads or writes gets its rows: articles, texts, facts, fingerprints, keys, stories,
pages, rechecks and the index of all words. They are copied by SQL, with triggers and indexes laid anew afterwards.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.bulk import bare
from db.store import Store, searching

_PRAGMAS = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF")
_MOMENT = "strftime('%Y-%m-%dT%H:%M:%S+00:00', {0}, (g * :days) || ' days')"
_SHIFTED = {  # what differs in the copy number ``g`` of a row; :m reports are copied, up to the number :last
    "articles": {
        "id": "id + g * :m", "key": "id + g * :m",
        "url": "url || '/' || g", "canonical_url": "canonical_url || '/' || g",
        "published_at": _MOMENT.format("published_at"), "first_seen": _MOMENT.format("first_seen"),
        "published_on": "date(published_on, (g * :days) || ' days')", "fetched_at": _MOMENT.format("fetched_at"),
    },
    "texts": {"id": "id + g * :m"},
    "pages": {"key": "id + g * :m", "url": "url || '/' || g", "report": "report + g * :m"},
    "rechecks": {"report": "report + g * :m"},
    "fingerprints": {
        "report": "report + g * :m", "day": "day + g * :days",
        "fingerprint": "json_set(fingerprint, '$.day', day + g * :days)",
    },
    "stories": {
        "id": "id + g * :m", "anchor": "anchor + g * :m", "first_report": "first_report + g * :m",
        "lead_report": "lead_report + g * :m", "newest": _MOMENT.format("newest"),
        "first_seen": _MOMENT.format("first_seen"),
    },
    "placements": {
        "report": "report + g * :m", "story": "story + g * :m", "original": "original + g * :m",
        '"order"': _MOMENT.format('substr("order", 1, 25)') + " || substr(\"order\", 26) || '/' || g",
    },
} | {
    name: {"id": "NULL", "report": "report + g * :m"}
    for name in ("figures", "decisions", "mentions", "protected_mentions", "citations")
}  # fmt: skip
_NUMBER = {"articles": "id", "texts": "id", "stories": "id"}  # the column of the report's number; else: report
_KEYS = """
INSERT INTO story_keys (key, day, report) SELECT each.key, day + g * :days, report + g * :m
FROM (SELECT DISTINCT key FROM story_keys WHERE report <= :m ORDER BY key) AS each CROSS JOIN copies
CROSS JOIN story_keys AS old ON old.key = each.key AND old.report <= :m
WHERE report + g * :m <= :last
"""  # in the order of the table's key, so that it grows at its end


def multiply(path: Path, last: int, days: int) -> None:
    """Copy the reports of the database at ``path`` until there are ``last``, each time ``days`` later."""
    documents = _documents(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        asked = {"m": len(documents), "days": days, "last": last}
        with bare(connection, [*_SHIFTED, "story_keys"]):
            connection.execute("CREATE TEMP TABLE copies (g INTEGER PRIMARY KEY)")
            copies = range(1, last // len(documents) + 1)
            connection.executemany("INSERT INTO copies VALUES (?)", ((g,) for g in copies))
            for table, shifted in _SHIFTED.items():
                connection.execute(_copying(connection, table, shifted), asked)
            connection.execute(_KEYS, asked)
            _fill_index(connection, documents, last)


def _documents(path: Path) -> list[searching.Document]:
    """What the index holds of each report, in the order of their numbers, which have no gaps."""
    with Store(path, holder="benchmark") as store:
        numbers = [row[0] for row in store._db.conn.execute("SELECT id FROM articles ORDER BY id")]  # noqa: SLF001  # looks inside
        assert numbers == list(range(1, len(numbers) + 1))
        found = [store._document(number) for number in numbers]  # noqa: SLF001  # looks inside
    return [each for each in found if each is not None]


def _copying(connection: sqlite3.Connection, table: str, shifted: dict[str, str]) -> str:
    """The SQL that copies the rows of the first reports, in the order of the copies."""
    names = [f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})")]
    if table == "pages":
        names.remove('"id"')
    values = [shifted.get(name, shifted.get(name.strip('"'), name)) for name in names]
    number = _NUMBER.get(table, "report")
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM copies CROSS JOIN "  # noqa: S608  # names are ours
        f"(SELECT * FROM {table} WHERE {number} <= :m ORDER BY {number}) WHERE {number} + g * :m <= :last"
    )


def _fill_index(connection: sqlite3.Connection, documents: list[searching.Document], last: int) -> None:
    """Put the copies into the index of all words, under the days of the first reports: only its size matters."""
    connection.execute("INSERT INTO lemmas(lemmas, rank) VALUES ('hashsize', ?)", [64 << 20])
    many = len(documents)

    def told() -> Iterator[tuple[int, searching.Document]]:
        for number in range(many + 1, last + 1):
            yield number, documents[(number - 1) % many]

    sql = "INSERT INTO lemmas(rowid, title, text, bare, about) VALUES (?, ?, ?, ?, ?)"
    connection.executemany(sql, ((number, *document) for number, document in told()))
    sql = "INSERT INTO indexed (report, digest) VALUES (?, ?)"
    digests = [searching._digest(document) for document in documents]  # noqa: SLF001  # looks inside
    connection.executemany(sql, ((number, digests[(number - 1) % many]) for number, _ in told()))
    connection.execute("INSERT INTO lemmas(lemmas, rank) VALUES ('hashsize', ?)", [1 << 20])
