"""The SQL of the later migrations: stories, series of figures, the index of all words, files read, later judgements."""

STORIES = """
CREATE TABLE stories (
    id INTEGER PRIMARY KEY AUTOINCREMENT, anchor INTEGER NOT NULL, forward INTEGER REFERENCES stories(id),
    title TEXT NOT NULL, lead TEXT NOT NULL, lead_report INTEGER, lead_start INTEGER, lead_end INTEGER,
    first_report INTEGER, first_seen TEXT, newest TEXT, origin TEXT NOT NULL, reports INTEGER NOT NULL,
    originals INTEGER NOT NULL, origins INTEGER NOT NULL, languages TEXT NOT NULL, countries TEXT NOT NULL,
    made_at TEXT NOT NULL, changed_at TEXT NOT NULL
);
CREATE INDEX stories_newest ON stories(newest);
CREATE INDEX stories_changed_at ON stories(changed_at);
CREATE INDEX stories_forward ON stories(forward);
CREATE TABLE placements (
    report INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE, story INTEGER NOT NULL REFERENCES stories(id),
    original INTEGER NOT NULL, parent INTEGER,
    relation TEXT NOT NULL CHECK (relation IN ('first', 'copy', 'version', 'event')),
    likeness REAL NOT NULL, fixed INTEGER NOT NULL, "order" TEXT NOT NULL
);
CREATE INDEX placements_story ON placements(story);
CREATE INDEX placements_parent ON placements(parent);
CREATE TABLE fingerprints (
    report INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE, day INTEGER NOT NULL,
    fingerprint TEXT NOT NULL, lead TEXT NOT NULL, lead_start INTEGER NOT NULL, lead_end INTEGER NOT NULL
);
CREATE TABLE story_keys (
    key TEXT NOT NULL, day INTEGER NOT NULL, report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    PRIMARY KEY (key, day, report)
) WITHOUT ROWID;
CREATE INDEX story_keys_report ON story_keys(report);
CREATE TABLE rulings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('merge', 'split', 'pin')),
    report INTEGER NOT NULL, other INTEGER NOT NULL, note TEXT NOT NULL
);
CREATE VIEW timeline AS
    SELECT placements.story, articles.id AS report, coalesce(published_at, articles.first_seen) AS at, title, source,
        language, relation, original, parent, likeness
    FROM placements JOIN articles ON articles.id = placements.report;
CREATE VIEW story_figures AS
    SELECT story, type, unit, territory, organisation, starts,
        CASE WHEN cumulative THEN NULL ELSE ends END AS ends, low, high,
        count(DISTINCT original) AS originals, count(DISTINCT figures.report) AS reports,
        min(figures.report) AS report, min(quote) AS quote
    FROM figures JOIN placements ON placements.report = figures.report
    WHERE known_until IS NULL
    GROUP BY story, type, unit, territory, organisation, starts,
        CASE WHEN cumulative THEN NULL ELSE ends END, low, high;
"""

ALIKE = """
CREATE TABLE series_new (
    id INTEGER PRIMARY KEY, type TEXT NOT NULL CHECK (type IN (
        'deserters', 'absence-cases', 'verdicts', 'charges', 'asylum-claims', 'grants', 'refusals',
        'people-helped', 'requests-for-help', 'people-fled', 'prison-years', 'share', 'ratio'
    )), territory TEXT NOT NULL, organisation TEXT NOT NULL, unit TEXT, per TEXT,
    UNIQUE (type, territory, organisation, unit, per), UNIQUE (id, type)
);
CREATE TABLE figures_new (
    id INTEGER PRIMARY KEY,
    report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, quote TEXT NOT NULL CHECK (length(quote) = "end" - start),
    series INTEGER NOT NULL, type TEXT NOT NULL, low REAL, high REAL, unit TEXT NOT NULL, counted TEXT NOT NULL,
    territory TEXT NOT NULL, starts TEXT, ends TEXT, period_certainty REAL NOT NULL, cumulative INTEGER NOT NULL,
    per TEXT NOT NULL, speaker TEXT NOT NULL, organisation TEXT NOT NULL, found_by TEXT NOT NULL DEFAULT 'rules',
    certainty REAL NOT NULL CHECK (certainty BETWEEN 0 AND 1), known_from TEXT NOT NULL, known_until TEXT,
    CHECK (low IS NOT NULL OR high IS NOT NULL), CHECK (low IS NULL OR high IS NULL OR low <= high),
    FOREIGN KEY (series, type) REFERENCES series_new(id, type)
);
UPDATE figures SET unit = CASE type WHEN 'share' THEN 'percent' WHEN 'ratio' THEN 'times'
    WHEN 'prison-years' THEN 'years' WHEN 'absence-cases' THEN 'cases' ELSE '' END WHERE unit = '';
INSERT INTO series_new (id, type, territory, organisation)
    SELECT id, type, territory, organisation FROM series ORDER BY id;
UPDATE series_new SET (unit, per) = (SELECT unit, per FROM figures AS f WHERE f.type = series_new.type
    AND f.territory = series_new.territory AND f.organisation = series_new.organisation ORDER BY f.id LIMIT 1);
INSERT OR IGNORE INTO series_new (type, territory, organisation, unit, per)
    SELECT type, territory, organisation, unit, per FROM figures
    GROUP BY type, territory, organisation, unit, per ORDER BY min(id);
INSERT INTO figures_new
    SELECT f.id, report, start, "end", quote, s.id, type, low, high, unit, counted, territory, starts, ends,
        period_certainty, cumulative, per, speaker, organisation, found_by, certainty, known_from, known_until
    FROM figures AS f JOIN series_new AS s USING (type, territory, organisation, unit, per) ORDER BY f.id;
DROP VIEW story_figures;
DROP TABLE figures;
DROP TABLE series;
ALTER TABLE series_new RENAME TO series;
ALTER TABLE figures_new RENAME TO figures;
CREATE INDEX figures_report ON figures(report);
CREATE INDEX figures_series ON figures(series, starts);
CREATE VIEW story_figures AS
    SELECT story, type, unit, per, territory, coalesce(nullif(organisation, ''), speaker) AS said_by, starts,
        CASE WHEN cumulative THEN NULL ELSE ends END AS ends, low, high,
        count(DISTINCT original) AS originals, count(DISTINCT figures.report) AS reports,
        min(figures.report) AS report, min(quote) AS quote
    FROM figures JOIN placements ON placements.report = figures.report
    WHERE known_until IS NULL
    GROUP BY story, type, unit, per, territory, coalesce(nullif(organisation, ''), speaker), starts,
        CASE WHEN cumulative THEN NULL ELSE ends END, low, high;
"""

SEARCH = """
DROP TRIGGER texts_ai;
DROP TRIGGER texts_ad;
DROP TRIGGER texts_au;
DROP TABLE texts_fts;
CREATE VIRTUAL TABLE lemmas USING fts5(title, text, bare, about, content='', tokenize='unicode61');
CREATE TABLE indexed (report INTEGER PRIMARY KEY, digest INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE versions (name TEXT PRIMARY KEY, version TEXT NOT NULL) WITHOUT ROWID;
ALTER TABLE sources ADD COLUMN terms TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN full_text INTEGER NOT NULL DEFAULT 0;
CREATE TABLE report_days (
    day TEXT NOT NULL, source TEXT NOT NULL, language TEXT NOT NULL, reports INTEGER NOT NULL,
    PRIMARY KEY (day, source, language)
) WITHOUT ROWID;
INSERT INTO report_days SELECT substr(first_seen, 1, 10), source, language, count(*) FROM articles GROUP BY 1, 2, 3;
ALTER TABLE series ADD COLUMN figures INTEGER NOT NULL DEFAULT 0;
UPDATE series SET figures = (SELECT count(*) FROM figures WHERE series = series.id AND known_until IS NULL);
CREATE INDEX figures_type ON figures(type, id);
CREATE INDEX figures_territory ON figures(type, territory, id);
"""
_DAY = """
INSERT INTO report_days VALUES (substr({row}.first_seen, 1, 10), {row}.source, {row}.language, {step})
    ON CONFLICT (day, source, language) DO UPDATE SET reports = reports + {step};
"""
_COUNT = "UPDATE series SET figures = figures + {step} WHERE id = {row}.series;"
COUNTS = (
    "CREATE TRIGGER articles_days AFTER INSERT ON articles BEGIN " + _DAY.format(row="NEW", step=1) + "END",
    "CREATE TRIGGER articles_days_gone AFTER DELETE ON articles BEGIN " + _DAY.format(row="OLD", step=-1) + "END",
    "CREATE TRIGGER articles_days_stay AFTER UPDATE OF first_seen, source, language ON articles BEGIN "
    + _DAY.format(row="OLD", step=-1) + _DAY.format(row="NEW", step=1) + "END",
    "CREATE TRIGGER figures_count AFTER INSERT ON figures WHEN NEW.known_until IS NULL BEGIN "
    + _COUNT.format(row="NEW", step=1) + " END",
    "CREATE TRIGGER figures_count_gone AFTER DELETE ON figures WHEN OLD.known_until IS NULL BEGIN "
    + _COUNT.format(row="OLD", step=-1) + " END",
    "CREATE TRIGGER figures_count_past AFTER UPDATE OF known_until ON figures "
    "WHEN OLD.known_until IS NULL AND NEW.known_until IS NOT NULL BEGIN " + _COUNT.format(row="NEW", step=-1) + " END",
    "CREATE TRIGGER figures_count_back AFTER UPDATE OF known_until ON figures "
    "WHEN OLD.known_until IS NOT NULL AND NEW.known_until IS NULL BEGIN " + _COUNT.format(row="NEW", step=1) + " END",
    "CREATE TRIGGER figures_count_moved AFTER UPDATE OF series ON figures WHEN NEW.known_until IS NULL BEGIN "
    + _COUNT.format(row="OLD", step=-1) + _COUNT.format(row="NEW", step=1) + " END",
)  # fmt: skip

AHEAD = """
DROP VIEW reports;
CREATE VIEW reports AS
    SELECT id, url, canonical_url, source, title, (SELECT text FROM texts WHERE texts.id = articles.id) AS text,
        language, authors, published_at, published_on, published_from, standfirst, section, image_url, credit, paid,
        first_seen, fetched_at, score, why, reasons, extractor, marks, links, archive_file, archive_offset, sha256
    FROM articles;
CREATE TABLE report_counts (
    source TEXT NOT NULL, language TEXT NOT NULL, reports INTEGER NOT NULL, PRIMARY KEY (source, language)
) WITHOUT ROWID;
INSERT INTO report_counts SELECT source, language, count(*) FROM articles GROUP BY 1, 2;
CREATE INDEX stories_first_seen ON stories(first_seen);
"""
_TALLY = """
INSERT INTO report_counts VALUES ({row}.source, {row}.language, {step})
    ON CONFLICT (source, language) DO UPDATE SET reports = reports + {step};
"""
TALLIES = (
    "CREATE TRIGGER articles_tally AFTER INSERT ON articles BEGIN " + _TALLY.format(row="NEW", step=1) + "END",
    "CREATE TRIGGER articles_tally_gone AFTER DELETE ON articles BEGIN " + _TALLY.format(row="OLD", step=-1) + "END",
    "CREATE TRIGGER articles_tally_stays AFTER UPDATE OF source, language ON articles BEGIN "
    + _TALLY.format(row="OLD", step=-1) + _TALLY.format(row="NEW", step=1) + "END",
)  # fmt: skip

BACKFILLS = """
CREATE TABLE backfills (
    name TEXT NOT NULL, digest TEXT NOT NULL, bytes INTEGER NOT NULL, pages INTEGER NOT NULL, reports INTEGER NOT NULL,
    new_reports INTEGER NOT NULL, reasons TEXT NOT NULL, trouble TEXT NOT NULL, run INTEGER REFERENCES runs(id),
    finished_at TEXT NOT NULL, PRIMARY KEY (name, digest)
) WITHOUT ROWID;
CREATE INDEX backfills_run ON backfills(run);
"""

JUDGEMENTS = """
CREATE TABLE judgements (
    id INTEGER PRIMARY KEY AUTOINCREMENT, report INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    run INTEGER REFERENCES runs(id), at TEXT NOT NULL, terms TEXT NOT NULL, kept INTEGER NOT NULL, stage TEXT NOT NULL,
    reason TEXT NOT NULL, detail TEXT NOT NULL, score REAL NOT NULL, answer TEXT NOT NULL, reasons TEXT NOT NULL
);
CREATE INDEX judgements_report ON judgements(report);
CREATE INDEX judgements_run ON judgements(run);
ALTER TABLE runs ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;
CREATE VIEW doubts AS
    SELECT report, articles.title, source, language, judgements.terms, judgements.at, run, stage, reason, detail,
        judgements.score, answer
    FROM judgements JOIN articles ON articles.id = report
    WHERE kept = 0 AND judgements.id = (SELECT max(id) FROM judgements AS j WHERE j.report = judgements.report);
"""

NAMES = """
ALTER TABLE stories ADD COLUMN names TEXT NOT NULL DEFAULT '[]';
"""
