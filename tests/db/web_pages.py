"""The pages of the site that every test of all pages visits, and a world in which each of them is there.

A new page belongs in ``PAGES``: it is then asked for, looked at, and checked for accessibility and valid HTML.
"""

import sqlite3
from pathlib import Path

from tests.db.web_world import World, build

PAGES = (
    "/",
    "/stories",
    "/story/1",
    "/figures",
    "/places",
    "/places?country=fi",
    "/sources",
    "/silence",
    "/search",
    "/search?q=asylum",
    "/search?q=%22asylum+after:never+lang:ru",
    "/report/1",
    "/report/12",
    "/capture/1",
    "/deserters",
    "/deserters/reports",
    "/deserters/reports?_search=asylum",
    "/deserters/reports?source=lv/gulbis",
    "/deserters/reports?_col=id&_col=title",
    "/deserters/reports?_size=3&_next=3",
    "/deserters/sources",
    "/deserters/sources/lv~2Fgulbis",
    "/deserters/channels",
    "/deserters/figures",
    "/deserters/stories/1",
    "/deserters/candidates",
    "/deserters/pages",
    "/deserters/pages?_columns=all",
    "/deserters/pages/1",
    "/deserters/issues",
    "/deserters/runs",
    "/deserters/runs/1",
    "/deserters/timetable",
    "/deserters/articles",
    "/deserters/texts",
    "/deserters/by_source",
    "/deserters/decisions_of_a_country",
    "/deserters/figure_over_time?type=deserters",
    "/deserters/search?words=asylum",
    "/deserters?sql=select+*+from+reports",
    "/about",
    "/-/login",
    "/-/metadata",
    "/-/versions",
)
TOLD = """
INSERT INTO series (id, type, territory, organisation) VALUES (1, 'deserters', 'ru', 'Mediazona');
INSERT INTO figures (report, start, "end", quote, series, type, low, high, unit, counted, territory, period_certainty,
    cumulative, per, speaker, organisation, certainty, known_from)
    SELECT id, 0, 4, substr(text, 1, 4), 1, 'deserters', 9, 9, 'people', '', 'ru', 0, 0, '', '', 'Mediazona', 1, '2026'
    FROM texts;
UPDATE figures SET starts = '2025-01-01', ends = '2025-12-31' WHERE report < 6;
INSERT INTO decisions (report, start, "end", quote, kind, country, decided_by, articles, sentence, certainty,
    known_from)
    SELECT id, 0, 4, substr(text, 1, 4), CASE id WHEN 4 THEN 'deported' ELSE 'asylum-granted' END,
        CASE id WHEN 4 THEN 'kz' ELSE 'fi' END, '', '', '', 1, '2026' FROM texts;
INSERT INTO stories (anchor, title, lead, lead_report, newest, origin, reports, originals, origins, languages,
    countries, made_at, changed_at)
    SELECT 1, title, '', 1, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'), '', 3, 2, 2, '[]', '[]', '2026', '2026'
    FROM articles WHERE id = 1;
INSERT INTO placements (report, story, original, parent, relation, likeness, fixed, "order") VALUES
    (1, 1, 1, NULL, 'first', 0, 0, '1'), (2, 1, 1, 1, 'copy', 1, 0, '2'), (4, 1, 4, 1, 'event', .4, 0, '4');
INSERT INTO mentions (report, start, "end", quote, kind, name, country, role, certainty, known_from)
    SELECT id, 0, 4, substr(text, 1, 4), 'country', 'kz', 'kz', 'passed through', 1, '2026' FROM texts WHERE id < 6;
INSERT INTO citations (report, start, "end", quote, name, origin, certainty, known_from)
    SELECT id, 0, 4, substr(text, 1, 4), 'AFP', id = 1, 1, '2026' FROM texts WHERE id < 6;
INSERT INTO revisions (report, at, what, old, new, old_sha256, new_sha256)
    VALUES (1, '2026', 'figure', '8', '9', '', '');
INSERT INTO mentions (report, start, "end", quote, kind, name, country, role, certainty, known_from)
    SELECT id, 0, 4, substr(text, 1, 4), 'country', 'mt', 'mt', '', 1, '2026' FROM texts WHERE id = 1;
INSERT INTO source_days (source, day, visits, answers, trouble, candidates, pages, reports, samples)
    SELECT id, date('now'), 1, 0, 'unreachable', 0, 0, 0, 0 FROM sources
    UNION SELECT id, date('now', '-3 days'), 1, 1, '', length(id), 1, 1, 0 FROM sources;
INSERT INTO gaps (source, channel, why, since, until, recovered, pages, lost)
    SELECT source, url, 'timed-out', '2026-11-01', '2026-11-03', 4, 1, 'what its feed dropped' FROM channels LIMIT 1;
INSERT INTO recall (language, month, method, held, total, share, share_low, share_high, assumption, made_at)
    VALUES ('ru', '2026-10', 'chapman', 80, 100, .8, .5, .9, 'the two ways are independent', '2026'),
    ('de', '2026-10', 'not enough data', 2, NULL, NULL, NULL, NULL, '', '2026');
"""


def build_told(folder: Path, rounds: int = 1) -> World:
    """The small world of ``web_world`` with facts, a story and a revision, so that every page has something to show."""
    world = build(folder, rounds)
    with sqlite3.connect(world.db) as connection:
        connection.executescript(TOLD)
    return world
