"""The database's tables, indexes, full text and migrations; each migration runs once, at open, and loses no row.

Text lives in ``texts`` so that lists and facets never read it; ``reports`` is the view that puts both together.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database, Migrations

from db.statements import AHEAD, ALIKE, BACKFILLS, COUNTS, JUDGEMENTS, NAMES, SEARCH, STORIES, TALLIES

migrations = Migrations("deserters")

_TABLES = """
CREATE TABLE sources (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, homepage TEXT NOT NULL, country TEXT NOT NULL, languages TEXT NOT NULL,
    kind TEXT NOT NULL, enabled INTEGER NOT NULL, watched INTEGER NOT NULL, reason TEXT NOT NULL,
    min_candidates INTEGER NOT NULL, notes TEXT NOT NULL
);
CREATE TABLE channels (
    url TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(id), kind TEXT NOT NULL, parent TEXT NOT NULL,
    etag TEXT NOT NULL, last_modified TEXT NOT NULL, trouble TEXT NOT NULL, trouble_since TEXT,
    asked_at TEXT, answered_at TEXT, status INTEGER NOT NULL, entries INTEGER NOT NULL,
    newest_entry_at TEXT, new_links_at TEXT, ask_after TEXT
);
CREATE TABLE candidates (
    key TEXT PRIMARY KEY, url TEXT NOT NULL, source TEXT NOT NULL REFERENCES sources(id), channel TEXT NOT NULL,
    title TEXT NOT NULL, summary TEXT NOT NULL, published_at TEXT, offered_at TEXT NOT NULL, oldest TEXT,
    tries INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, url TEXT NOT NULL, canonical_url TEXT NOT NULL,
    source TEXT NOT NULL REFERENCES sources(id), title TEXT NOT NULL, language TEXT NOT NULL, authors TEXT NOT NULL,
    published_at TEXT, published_on TEXT, published_from TEXT NOT NULL, standfirst TEXT NOT NULL, section TEXT NOT NULL,
    image_url TEXT NOT NULL, credit TEXT NOT NULL, paid INTEGER NOT NULL, first_seen TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    score REAL NOT NULL, why TEXT NOT NULL, reasons TEXT NOT NULL, extractor TEXT NOT NULL, marks TEXT NOT NULL,
    archive_file TEXT, archive_offset INTEGER, sha256 TEXT NOT NULL
);
CREATE INDEX articles_source ON articles(source);
CREATE INDEX articles_language ON articles(language);
CREATE INDEX articles_published_at ON articles(published_at);
CREATE INDEX articles_first_seen ON articles(first_seen);
CREATE INDEX articles_archive ON articles(archive_file, archive_offset);
CREATE TABLE texts (
    id INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE, title TEXT NOT NULL, text TEXT NOT NULL
);
CREATE VIEW reports AS
    SELECT articles.id, url, canonical_url, source, articles.title, text, language, authors, published_at,
        published_on, published_from, standfirst, section, image_url, credit, paid, first_seen, fetched_at, score, why,
        reasons, extractor, marks, archive_file, archive_offset, sha256
    FROM articles JOIN texts ON texts.id = articles.id;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
    outcome TEXT NOT NULL, sources INTEGER NOT NULL DEFAULT 0, channels INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0, unchanged INTEGER NOT NULL DEFAULT 0, candidates INTEGER NOT NULL DEFAULT 0,
    analyses INTEGER NOT NULL DEFAULT 0, rejections INTEGER NOT NULL DEFAULT 0,
    candidates_in_issues INTEGER NOT NULL DEFAULT 0, captures INTEGER NOT NULL DEFAULT 0,
    new_reports INTEGER NOT NULL DEFAULT 0, counts TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, url TEXT NOT NULL,
    source TEXT NOT NULL REFERENCES sources(id), first_seen TEXT NOT NULL, judged_at TEXT NOT NULL,
    outcome TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, score REAL NOT NULL,
    answer TEXT NOT NULL, title TEXT NOT NULL, language TEXT NOT NULL, report INTEGER REFERENCES articles(id),
    run INTEGER REFERENCES runs(id), archive_file TEXT, archive_offset INTEGER
);
CREATE INDEX pages_source_first_seen ON pages(source, first_seen);
CREATE INDEX pages_outcome ON pages(outcome, stage, reason);
CREATE INDEX pages_report ON pages(report);
CREATE INDEX pages_run ON pages(run);
CREATE TABLE issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER REFERENCES runs(id), at TEXT NOT NULL,
    source TEXT REFERENCES sources(id), channel TEXT NOT NULL, url TEXT NOT NULL, level TEXT NOT NULL,
    what TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX issues_run ON issues(run);
CREATE INDEX issues_source ON issues(source);
CREATE TABLE timetable (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event TEXT NOT NULL, due_at TEXT, detail TEXT NOT NULL
);
"""

_WATCH = """
ALTER TABLE articles ADD COLUMN links TEXT NOT NULL DEFAULT '[]';
DROP VIEW reports;
CREATE VIEW reports AS
    SELECT articles.id, url, canonical_url, source, articles.title, text, language, authors, published_at,
        published_on, published_from, standfirst, section, image_url, credit, paid, first_seen, fetched_at, score, why,
        reasons, extractor, marks, links, archive_file, archive_offset, sha256
    FROM articles JOIN texts ON texts.id = articles.id;
ALTER TABLE channels ADD COLUMN position TEXT NOT NULL DEFAULT '';
ALTER TABLE channels ADD COLUMN pace_hours REAL NOT NULL DEFAULT 24;
ALTER TABLE channels ADD COLUMN failures REAL NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN new_entries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN idle_visits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN due_at TEXT;
ALTER TABLE channels ADD COLUMN closed_hours TEXT NOT NULL DEFAULT '';
ALTER TABLE channels ADD COLUMN good_at TEXT;
ALTER TABLE channels ADD COLUMN health TEXT NOT NULL DEFAULT 'new';
ALTER TABLE channels ADD COLUMN health_since TEXT;
ALTER TABLE channels ADD COLUMN told TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN rules_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN terms TEXT NOT NULL DEFAULT '';
CREATE TABLE sightings (
    page TEXT NOT NULL, channel TEXT NOT NULL, at TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (page, channel)
) WITHOUT ROWID;
CREATE INDEX sightings_channel_at ON sightings(channel, at);
CREATE TABLE visits (
    channel TEXT NOT NULL, at TEXT NOT NULL, source TEXT NOT NULL REFERENCES sources(id), status INTEGER NOT NULL,
    trouble TEXT NOT NULL, entries INTEGER NOT NULL, new_entries INTEGER NOT NULL, PRIMARY KEY (channel, at)
) WITHOUT ROWID;
CREATE INDEX visits_source_at ON visits(source, at);
CREATE INDEX visits_at ON visits(at);
CREATE TABLE samples (
    page TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(id), at TEXT NOT NULL, characters INTEGER NOT NULL,
    dated INTEGER NOT NULL, authored INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX samples_source_at ON samples(source, at);
CREATE TABLE source_days (
    source TEXT NOT NULL REFERENCES sources(id), day TEXT NOT NULL, visits INTEGER NOT NULL, answers INTEGER NOT NULL,
    trouble TEXT NOT NULL, candidates INTEGER NOT NULL, pages INTEGER NOT NULL, reports INTEGER NOT NULL,
    samples INTEGER NOT NULL, dated REAL, authored REAL, characters REAL,
    PRIMARY KEY (source, day)
) WITHOUT ROWID;
CREATE TABLE gaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER REFERENCES runs(id), source TEXT NOT NULL REFERENCES sources(id),
    channel TEXT NOT NULL, why TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, recovered INTEGER NOT NULL,
    pages INTEGER NOT NULL, lost TEXT NOT NULL
);
CREATE INDEX gaps_source ON gaps(source);
CREATE INDEX gaps_run ON gaps(run);
CREATE TABLE troubles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, name TEXT NOT NULL, what TEXT NOT NULL,
    detail TEXT NOT NULL, since TEXT NOT NULL, noticed_at TEXT NOT NULL, told_at TEXT, mended_at TEXT,
    mended_told_at TEXT
);
CREATE UNIQUE INDEX troubles_open ON troubles(scope, name) WHERE mended_at IS NULL;
CREATE TABLE recall (
    language TEXT NOT NULL, month TEXT NOT NULL, method TEXT NOT NULL, held INTEGER NOT NULL, total REAL,
    total_low REAL, total_high REAL, share REAL, share_low REAL, share_high REAL, at_least REAL,
    assumption TEXT NOT NULL, made_at TEXT NOT NULL, PRIMARY KEY (language, month)
) WITHOUT ROWID;
CREATE TABLE messages (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    made_at TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, next_try_at TEXT, sent_at TEXT,
    error TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE watches (name TEXT PRIMARY KEY, filter TEXT NOT NULL, since TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE watched (
    watch TEXT NOT NULL, report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, at TEXT NOT NULL,
    PRIMARY KEY (watch, report)
) WITHOUT ROWID;
CREATE INDEX watched_report ON watched(report);
"""

_FACTS = """
CREATE TABLE series (
    id INTEGER PRIMARY KEY, type TEXT NOT NULL CHECK (type IN (
        'deserters', 'absence-cases', 'verdicts', 'charges', 'asylum-claims', 'grants', 'refusals',
        'people-helped', 'requests-for-help', 'people-fled', 'prison-years', 'share', 'ratio'
    )), territory TEXT NOT NULL, organisation TEXT NOT NULL, UNIQUE (type, territory, organisation), UNIQUE (id, type)
);
CREATE TABLE figures (
    id INTEGER PRIMARY KEY,
    report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, quote TEXT NOT NULL CHECK (length(quote) = "end" - start),
    series INTEGER NOT NULL, type TEXT NOT NULL, low REAL, high REAL, unit TEXT NOT NULL, counted TEXT NOT NULL,
    territory TEXT NOT NULL, starts TEXT, ends TEXT, period_certainty REAL NOT NULL, cumulative INTEGER NOT NULL,
    per TEXT NOT NULL, speaker TEXT NOT NULL, organisation TEXT NOT NULL, found_by TEXT NOT NULL DEFAULT 'rules',
    certainty REAL NOT NULL CHECK (certainty BETWEEN 0 AND 1), known_from TEXT NOT NULL, known_until TEXT,
    CHECK (low IS NOT NULL OR high IS NOT NULL), CHECK (low IS NULL OR high IS NULL OR low <= high),
    FOREIGN KEY (series, type) REFERENCES series(id, type)
);
CREATE INDEX figures_report ON figures(report);
CREATE INDEX figures_series ON figures(series, starts);
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, quote TEXT NOT NULL CHECK (length(quote) = "end" - start),
    kind TEXT NOT NULL CHECK (kind IN (
        'asylum-granted', 'asylum-refused', 'asylum-claimed', 'appealed', 'visa-issued', 'detained',
        'extradited', 'deported', 'abducted', 'returned', 'charged', 'sentenced', 'killed', 'exchanged'
    )), country TEXT NOT NULL, people INTEGER, decided_on TEXT, decided_by TEXT NOT NULL, articles TEXT NOT NULL,
    sentence TEXT NOT NULL, found_by TEXT NOT NULL DEFAULT 'rules',
    certainty REAL NOT NULL CHECK (certainty BETWEEN 0 AND 1), known_from TEXT NOT NULL, known_until TEXT
);
CREATE INDEX decisions_report ON decisions(report);
CREATE INDEX decisions_kind ON decisions(kind, country);
CREATE TABLE mentions (
    id INTEGER PRIMARY KEY,
    report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, quote TEXT NOT NULL CHECK (length(quote) = "end" - start),
    kind TEXT NOT NULL CHECK (kind IN ('country', 'city', 'organisation', 'person')), name TEXT NOT NULL,
    country TEXT NOT NULL, role TEXT NOT NULL,
    certainty REAL NOT NULL CHECK (certainty BETWEEN 0 AND 1), known_from TEXT NOT NULL, known_until TEXT
);
CREATE INDEX mentions_report ON mentions(report);
CREATE INDEX mentions_name ON mentions(kind, name);
CREATE TABLE protected_mentions (
    id INTEGER PRIMARY KEY,
    report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, quote TEXT NOT NULL CHECK (length(quote) = "end" - start),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'city')), name TEXT NOT NULL, country TEXT NOT NULL,
    role TEXT NOT NULL,
    certainty REAL NOT NULL CHECK (certainty BETWEEN 0 AND 1), known_from TEXT NOT NULL, known_until TEXT
);
CREATE INDEX protected_mentions_report ON protected_mentions(report);
CREATE TABLE citations (
    id INTEGER PRIMARY KEY,
    report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, quote TEXT NOT NULL CHECK (length(quote) = "end" - start),
    name TEXT NOT NULL, origin INTEGER NOT NULL,
    certainty REAL NOT NULL CHECK (certainty BETWEEN 0 AND 1), known_from TEXT NOT NULL, known_until TEXT
);
CREATE INDEX citations_report ON citations(report);
CREATE INDEX citations_name ON citations(name);
CREATE TABLE editions (
    id INTEGER PRIMARY KEY, report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, title TEXT NOT NULL,
    text TEXT NOT NULL, sha256 TEXT NOT NULL, archive_file TEXT, archive_offset INTEGER, known_from TEXT NOT NULL,
    known_until TEXT NOT NULL, UNIQUE (report, known_from)
);
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY, report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, at TEXT NOT NULL,
    what TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, old_sha256 TEXT NOT NULL, new_sha256 TEXT NOT NULL,
    old_file TEXT, old_offset INTEGER, new_file TEXT, new_offset INTEGER, run INTEGER REFERENCES runs(id)
);
CREATE INDEX revisions_report ON revisions(report);
CREATE INDEX revisions_run ON revisions(run);
CREATE TABLE rechecks (
    report INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE, etag TEXT NOT NULL,
    last_modified TEXT NOT NULL, done INTEGER NOT NULL, due_at TEXT, status INTEGER NOT NULL, asked_at TEXT
);
CREATE INDEX rechecks_due ON rechecks(due_at);
CREATE TABLE proposals (
    report INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE, kept INTEGER NOT NULL
);
"""

_QUOTED = ("figures", "decisions", "mentions", "protected_mentions", "citations")
_QUOTE_CHECK = """
CREATE TRIGGER {table}_quote BEFORE INSERT ON {table}
WHEN NEW.quote IS NOT (SELECT substr(text, NEW.start + 1, NEW."end" - NEW.start) FROM texts WHERE id = NEW.report)
BEGIN SELECT raise(ABORT, 'the quote does not stand at its offsets in the text'); END
"""
_QUOTE_STAYS = """
CREATE TRIGGER {table}_quote_stays BEFORE UPDATE OF report, start, "end", quote ON {table}
WHEN NEW.quote IS NOT (SELECT substr(text, NEW.start + 1, NEW."end" - NEW.start) FROM texts WHERE id = NEW.report)
BEGIN SELECT raise(ABORT, 'the quote does not stand at its offsets in the text'); END
"""

_UNIT_CHECK = """
CREATE TRIGGER figures_unit{name} BEFORE {event} ON figures
WHEN CASE NEW.type WHEN 'share' THEN NEW.unit <> 'percent' WHEN 'ratio' THEN NEW.unit <> 'times'
    WHEN 'prison-years' THEN NEW.unit <> 'years' WHEN 'absence-cases' THEN NEW.unit <> 'cases'
    ELSE NEW.unit NOT IN ('people', 'cases', 'applications', 'grants', 'requests', '') END
BEGIN SELECT raise(ABORT, 'that type is not counted in this unit'); END
"""
_SERIES_CHECK = """
CREATE TRIGGER figures_series{name} BEFORE {event} ON figures
WHEN NOT EXISTS (SELECT 1 FROM series WHERE id = NEW.series AND type = NEW.type
    AND coalesce(unit, NEW.unit) = NEW.unit AND coalesce(per, NEW.per) = NEW.per)
BEGIN SELECT raise(ABORT, 'type, unit and stretch of a figure are those of its series'); END
"""
_SERIES_TAKES = """
CREATE TRIGGER figures_series_takes{name} AFTER {event} ON figures
BEGIN UPDATE series SET unit = NEW.unit, per = NEW.per WHERE id = NEW.series AND (unit IS NULL OR per IS NULL); END
"""
_SERIES_STAYS = """
CREATE TRIGGER series_stays BEFORE UPDATE OF id, type, unit, per ON series
WHEN EXISTS (SELECT 1 FROM figures WHERE series = OLD.id AND (OLD.id, type, unit, per)
    IS NOT (NEW.id, NEW.type, NEW.unit, NEW.per))
BEGIN SELECT raise(ABORT, 'type, unit and stretch of a series are those of its figures'); END
"""
_SERIES_BEGINS = """
CREATE TRIGGER series_begins BEFORE INSERT ON series
WHEN EXISTS (SELECT 1 FROM figures WHERE series = NEW.id AND (type, unit, per) IS NOT (NEW.type, NEW.unit, NEW.per))
BEGIN SELECT raise(ABORT, 'type, unit and stretch of a series are those of its figures'); END
"""
_WRITTEN = {"": "INSERT", "_stays": "UPDATE OF series, type, unit, per"}


@migrations()
def first_tables(db: Database) -> None:
    """Lay every table, the reports view, and full text over titles and texts."""
    _lay(db, _TABLES)
    db.table("texts").enable_fts(
        ["title", "text"], fts_version="FTS5", tokenize="unicode61 remove_diacritics 2", create_triggers=True
    )


@migrations()
def the_watch_on_the_watch(db: Database) -> None:
    """Add who listed what, the history and health of sources, gaps, recall, and what is told to whom."""
    _lay(db, _WATCH)


@migrations()
def what_reports_say(db: Database) -> None:
    """Add the facts of reports with their quotes, which must stand in the text, and what changes in them later."""
    _lay(db, _FACTS)
    for table in _QUOTED:
        db.execute(_QUOTE_CHECK.format(table=table))
        db.execute(_QUOTE_STAYS.format(table=table))


@migrations()
def which_belong_together(db: Database) -> None:
    """Add stories: which reports tell of one event, and which of them go back to one original."""
    _lay(db, STORIES)


@migrations()
def what_may_stand_in_one_series(db: Database) -> None:
    """Make unit and stretch part of a series, refuse a figure of another type or unit, and say whose figure it is."""
    _lay(db, ALIKE)
    for table in (_QUOTE_CHECK, _QUOTE_STAYS):
        db.execute(table.format(table="figures"))
    for name, event in _WRITTEN.items():
        for check in (_UNIT_CHECK, _SERIES_CHECK, _SERIES_TAKES):
            db.execute(check.format(name=name, event=event))
    db.execute(_SERIES_STAYS)
    db.execute(_SERIES_BEGINS)


@migrations()
def found_in_any_form(db: Database) -> None:
    """Index words by what all their forms share, say what a source's terms allow, and keep counts that pages show."""
    _lay(db, SEARCH)
    for trigger in COUNTS:
        db.execute(trigger)


@migrations()
def counted_ahead(db: Database) -> None:
    """Count reports without reading texts: by a view that looks a text up where it is asked for, and by tallies."""
    _lay(db, AHEAD)
    for trigger in TALLIES:
        db.execute(trigger)


@migrations()
def files_that_were_read(db: Database) -> None:
    """Remember which WARC files were read, and what came of each."""
    _lay(db, BACKFILLS)


@migrations()
def judged_again(db: Database) -> None:
    """Keep what other terms make of a report that was kept, and mark those that the newest would not keep."""
    _lay(db, JUDGEMENTS)


@migrations()
def whom_stories_go_back_to(db: Database) -> None:
    """Keep the names that a story's originals go back to; a story gets them when it is next written anew."""
    _lay(db, NAMES)


def _lay(db: Database, statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)


def is_behind(path: Path) -> bool:
    """Whether the database file at ``path`` lacks a migration; it is only read."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return bool(migrations.pending(Database(connection)))


def migrate(db: Database) -> None:
    """Bring ``db`` to the newest shape."""
    migrations.apply(db)
