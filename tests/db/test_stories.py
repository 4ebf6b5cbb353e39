"""Stories do not depend on the order of arrival, keep their numbers, and obey people; facts keep their quotes."""

import json
import random
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import facts, stories
from db.model import Analysis, Evidence, Facts, Figure, FigureType, bounds
from db.queries import stories as asked
from db.store import Store
from tests import factory


def reports(root: Path, *, events: Sequence[str] | None = None) -> list[Analysis]:
    rows = [
        json.loads(line)
        for path in sorted((root / "tests/eval/stories").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [analysis(row) for row in rows if events is None or row["event"] in events]


def analysis(row: dict[str, str]) -> Analysis:
    url, day = f"https://{row['publisher']}.example/{row['id']}", date.fromisoformat(row["date"])
    moment = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    article = factory.article(
        url, text=row["text"], headline=row["headline"], language=row["lang"], published_at=moment, published_on=day
    )
    said = facts.find(article)
    return factory.analysis(
        url,
        article=article,
        facts=said,
        source=factory.source(f"zz/{row['publisher']}", name=row["publisher"]),
        capture=factory.capture(url, fetched_at=moment + timedelta(hours=1), place=None, body=b""),
        placing=stories.placing(article, said, row["publisher"], day.toordinal()),
    )


def stored(path: Path, analyses: Iterable[Analysis]) -> Path:
    with Store(path, holder="test") as store:
        for each in analyses:
            url = each.article.url
            store.save(each, page=url, report=url, placer=stories.place)
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(sql).fetchall()


def grouping(path: Path) -> dict[str, tuple[frozenset[str], str, str]]:
    """Of each address those in its story, the address of its original, and its relation."""
    found = rows(
        path,
        "SELECT a.url, story, o.url, relation FROM placements JOIN articles a ON a.id = placements.report "
        "JOIN articles o ON o.id = original",
    )
    members: dict[object, set[str]] = {}
    for url, story, _, _ in found:
        members.setdefault(story, set()).add(str(url))
    return {str(url): (frozenset(members[story]), str(original), str(rel)) for url, story, original, rel in found}


@pytest.fixture(scope="module")
def some(root: Path) -> list[Analysis]:
    return reports(root, events=("e01", "e02", "e03", "e14", "e17", "e28"))


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000))
def test_stories_do_not_depend_on_the_order_of_arrival(
    some: list[Analysis], tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    shuffled = list(some)
    random.Random(seed).shuffle(shuffled)
    assert grouping(stored(folder / "b.db", shuffled)) == grouping(stored(folder / "a.db", some))


def test_saving_a_report_again_changes_nothing(some: list[Analysis], tmp_path: Path) -> None:
    once = stored(tmp_path / "a.db", some)
    before = (grouping(once), rows(once, "SELECT id, title, reports, origins FROM stories ORDER BY id"))
    stored(once, some)
    assert (grouping(once), rows(once, "SELECT id, title, reports, origins FROM stories ORDER BY id")) == before


def test_reprints_count_once(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    biggest = rows(path, "SELECT reports, originals, origins FROM stories WHERE forward IS NULL ORDER BY reports DESC")[
        0
    ]
    assert biggest[0] > biggest[1] >= biggest[2] >= 1  # type: ignore[operator]  # counts


def told(number: int, text: str) -> Analysis:
    row = {"id": f"t{number}", "publisher": f"site{number}", "lang": "en", "date": f"2026-03-0{number}"}
    return analysis({**row, "headline": text.split(".", maxsplit=1)[0], "text": text})


def test_reports_of_one_form_about_different_men_are_different_stories(tmp_path: Path) -> None:
    form = (
        "A military court in {} sentenced soldier {} to {} years in prison for leaving his unit. He was away {} days."
    )
    men = (
        ("Chita", "Ivan Petrov", "seven", 41),
        ("Omsk", "Pavel Sidorov", "five", 60),
        ("Perm", "Oleg Lisin", "seven", 12),
    )
    path = stored(tmp_path / "a.db", [told(number, form.format(*man)) for number, man in enumerate(men, 1)])
    assert len(set(rows(path, "SELECT story FROM placements"))) == 3


def test_counts_are_right_after_a_split(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    report = rows(path, "SELECT report FROM placements WHERE relation = 'event' ORDER BY report LIMIT 1")[0][0]
    with Store(path, holder="test") as store:
        store.split(int(str(report)), factory.NOW)
    wrong = (
        "SELECT id FROM stories WHERE forward IS NULL AND reports <> (SELECT count(*) FROM placements WHERE story = id)"
    )
    assert rows(path, wrong) == []


def test_a_story_has_a_title_and_a_lead_that_stands_in_its_report(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    told = rows(
        path,
        "SELECT stories.title, lead, substr(text, lead_start + 1, lead_end - lead_start) FROM stories "
        "JOIN texts ON texts.id = lead_report WHERE forward IS NULL",
    )
    assert told
    assert all(title and lead == text for title, lead, text in told)


def test_saving_a_report_costs_the_same_work_however_many_old_ones_there_are(tmp_path: Path) -> None:
    text = "Kazakhstan detained a Russian soldier who had left his unit. Armenia has sent back two others."

    def report(number: int) -> Analysis:
        when = str(date(1950, 1, 1) + timedelta(days=90 * number))
        return analysis({"publisher": "p", "id": str(number), "date": when, "lang": "en", "headline": "", "text": text})

    def steps(store: Store, number: int) -> int:
        done: list[int] = []
        store._db.conn.set_progress_handler(lambda: done.append(1), 10)
        store.save(report(number), page=str(number), report=str(number), placer=stories.place)
        store._db.conn.set_progress_handler(None, 0)
        return len(done)

    with Store(tmp_path / "a.db", holder="test") as store:
        worked = [steps(store, number) for number in range(250)]
    assert max(worked[-20:]) < 1.3 * max(worked[20:40])


def test_a_merge_leaves_a_forward_and_is_never_undone(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    (one, first), (other, second) = rows(
        path, "SELECT anchor, id FROM stories WHERE forward IS NULL ORDER BY reports DESC, id LIMIT 2"
    )
    with Store(path, holder="test") as store:
        store.merge(int(str(one)), int(str(other)), factory.NOW)
    stored(path, reversed(some))
    kept, gone = sorted((int(str(first)), int(str(second))))
    assert rows(path, f"SELECT forward FROM stories WHERE id={gone}") == [(kept,)]
    assert len(set(rows(path, f"SELECT story FROM placements WHERE report IN ({one}, {other})"))) == 1


def test_a_split_stays_and_keeps_the_number_of_the_rest(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    report, story = rows(
        path,
        "SELECT report, story FROM placements JOIN stories ON id = story WHERE relation != 'first' AND report NOT IN "
        "(SELECT parent FROM placements WHERE parent > 0) AND report <> anchor ORDER BY report LIMIT 1",
    )[0]
    with Store(path, holder="test") as store:
        store.split(int(str(report)), factory.NOW)
    stored(path, some)
    assert rows(path, f"SELECT story FROM placements WHERE report={report}") != [(story,)]
    assert rows(path, f"SELECT forward FROM stories WHERE id={story}") == [(None,)]


def stories_of(path: Path) -> dict[object, frozenset[object]]:
    """Of each story that stands by itself its reports."""
    found: dict[object, set[object]] = {}
    for story, report in rows(path, "SELECT story, report FROM placements JOIN stories ON id = story"):
        found.setdefault(story, set()).add(report)
    assert {story for (story,) in rows(path, "SELECT id FROM stories WHERE forward IS NULL")} == set(found)
    return {story: frozenset(members) for story, members in found.items()}


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("step", [1, -1])
def test_a_split_undoes_a_merge_from_either_side_and_both_keep_their_numbers(
    some: list[Analysis], tmp_path: Path, side: int, step: int
) -> None:
    path = stored(tmp_path / "a.db", some[::step])
    firsts = "SELECT first_report FROM stories WHERE forward IS NULL ORDER BY reports DESC, id LIMIT 2"
    pair = [int(str(row[0])) for row in rows(path, firsts)]
    before = stories_of(path)
    with Store(path, holder="test") as store:
        store.merge(pair[0], pair[1], factory.NOW)
    assert len(stories_of(path)) == len(before) - 1
    with Store(path, holder="test") as store:
        store.split(pair[side], factory.NOW)
    assert stories_of(path) == before
    stored(path, reversed(some))
    stored(path, some)
    assert stories_of(path) == before
    with Store(path, holder="test") as store:
        store.merge(pair[1], pair[0], factory.NOW)
    stored(path, reversed(some))
    assert len(stories_of(path)) == len(before) - 1


def test_any_report_that_is_not_alone_can_be_split_off_and_anchors_keep_their_numbers(
    some: list[Analysis], tmp_path: Path
) -> None:
    path = stored(tmp_path / "a.db", some)
    shared = {report for members in stories_of(path).values() if len(members) > 1 for report in members}
    assert shared
    for report in sorted(shared, key=str):
        copy = tmp_path / f"{report}.db"
        with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        before = next(members for members in stories_of(copy).values() if report in members)
        with Store(copy, holder="test") as store:
            store.split(int(str(report)), factory.NOW)
        parts = {story: members for story, members in stories_of(copy).items() if members & before}
        assert len(parts) == 2, report
        for story, members in parts.items():
            assert rows(copy, f"SELECT anchor FROM stories WHERE id={story}")[0][0] in members
        stored(copy, reversed(some))
        assert {story: members for story, members in stories_of(copy).items() if members & before} == parts


def test_a_later_report_does_not_join_what_a_person_has_parted(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some[1:])
    report, parent = rows(path, "SELECT report, parent FROM placements WHERE parent > 0 ORDER BY report LIMIT 1")[0]
    with Store(path, holder="test") as store:
        store.split(int(str(report)), factory.NOW)
    stored(path, some)
    assert len(set(rows(path, f"SELECT story FROM placements WHERE report IN ({report}, {parent})"))) == 2


def test_stories_put_together_anew_obey_the_same_rulings(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    firsts = "SELECT first_report FROM stories WHERE forward IS NULL ORDER BY reports DESC, id LIMIT 4"
    one, two, three, four = (int(str(row[0])) for row in rows(path, firsts))
    with Store(path, holder="test") as store:
        store.split(one, factory.NOW)
        store.merge(two, three, factory.NOW)
        store.merge(two, four, factory.NOW)
        store.split(two, factory.NOW)
    before = {url: found[0] for url, found in grouping(path).items()}
    with sqlite3.connect(path) as connection:
        for table in ("placements", "stories", "story_keys"):
            connection.execute(f"DELETE FROM {table}")
    with Store(path, holder="test") as store:
        store.replay(stories.place, stories.keys)
    assert {url: found[0] for url, found in grouping(path).items()} == before


def test_a_pinned_report_stays_where_it_is(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    report, story, parent = rows(
        path, "SELECT report, story, parent FROM placements WHERE relation='event' ORDER BY report LIMIT 1"
    )[0]
    with Store(path, holder="test") as store:
        store.pin(int(str(report)), factory.NOW)
    stored(path, reversed(some))
    assert rows(path, f"SELECT story, parent FROM placements WHERE report={report}") == [(story, parent)]


def test_a_quote_that_does_not_stand_in_the_text_is_refused(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some[:1])
    sql = (
        'INSERT INTO citations (report, start, "end", quote, name, origin, certainty, known_from) '
        "VALUES (1, 0, 5, 'wrong', 'x', 0, 1, '')"
    )
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError, match="does not stand"):
        connection.execute(sql)


def test_types_never_mix_in_a_series(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    for keys in ("ON", "OFF"):
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA foreign_keys={keys}")
            for change in (
                "type='share'",
                "type='share', unit='percent'",
                "unit='cases'",
                "unit='percent'",
                "per='day'",
            ):
                with pytest.raises(sqlite3.IntegrityError):
                    connection.execute(
                        f"UPDATE figures SET {change} WHERE id=(SELECT max(id) FROM figures WHERE unit='people')"
                    )
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(
                    "UPDATE series SET type='share' WHERE id=(SELECT min(series) FROM figures WHERE type<>'share')"
                )


def test_people_and_applications_totals_and_rates_are_series_of_their_own(tmp_path: Path) -> None:
    each = factory.analysis()
    evidence = Evidence(start=0, end=4, quote=each.article.text[:4])
    kinds = (("people", ""), ("applications", ""), ("applications", "per day"), ("", ""))
    said = tuple(
        Figure(evidence=evidence, type=FigureType.ASYLUM_CLAIMS, low=9, high=9, unit=unit, per=per)
        for unit, per in (*kinds, *kinds)
    )
    share = Figure(evidence=evidence, type=FigureType.SHARE, low=9, high=9)
    path = stored(tmp_path / "a.db", [replace(each, facts=Facts(figures=(*said, share)))])
    found = rows(path, "SELECT DISTINCT series.unit, series.per FROM figures JOIN series ON series.id = series")
    assert sorted(found) == sorted((*kinds, ("percent", "")))
    assert rows(path, "SELECT count(*) FROM series") == [(5,)]


def test_who_says_a_figure_is_the_organisation_or_else_the_speaker(tmp_path: Path) -> None:
    each = factory.analysis()
    evidence = Evidence(start=0, end=4, quote=each.article.text[:4])
    said = tuple(
        Figure(
            evidence=evidence,
            type=FigureType.VERDICTS,
            low=low,
            high=None,
            unit="cases",
            organisation=group,
            speaker=name,
        )
        for low, group, name in ((7318, "Mediazona", "A. B."), (80, "", "T. Ladogin"), (90, "", ""))
    )
    path = stored(tmp_path / "a.db", [replace(each, facts=Facts(figures=said))])
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT OR IGNORE INTO stories (id, anchor, title, lead, origin, reports, originals, origins, languages, "
            "countries, made_at, changed_at) VALUES (1, 1, '', '', '', 1, 1, 1, '[]', '[]', '', '')"
        )
        connection.execute("INSERT OR IGNORE INTO placements VALUES (1, 1, 1, NULL, 'first', 0, 0, '')")
    told = {(each.said_by, each.value) for each in asked.figures(path, 1)}
    assert told == {("Mediazona", "7,318 or more"), ("T. Ladogin", "80 or more"), ("", "90 or more")}


def test_bounds_are_told_as_they_are_known() -> None:
    known = ((5, 5), (5, None), (None, 5), (5, 7000))
    assert [bounds(*each) for each in known] == ["5", "5 or more", "up to 5", "5 to 7,000"]


def test_quotes_of_all_facts_stand_in_their_texts(some: list[Analysis], tmp_path: Path) -> None:
    path = stored(tmp_path / "a.db", some)
    for table in ("figures", "decisions", "mentions", "protected_mentions", "citations"):
        wrong = rows(
            path,
            f"SELECT count(*) FROM {table} JOIN texts ON texts.id = report "
            'WHERE quote <> substr(text, start + 1, "end" - start)',
        )
        assert wrong == [(0,)]


def test_a_report_is_compared_by_the_text_that_stands_after_another_could_not_be_saved(
    some: list[Analysis], tmp_path: Path
) -> None:
    first, unlike = some[0], next(each for each in some if each.article.language != some[0].article.language)
    copied = replace(first, article=replace(first.article, url="https://copy.example/", canonical_url=""))
    with Store(tmp_path / "x.db", holder="test") as store:
        store.save(first, page="1", report="1", placer=stories.place)
        store.run = 9  # which is none, so that the page cannot be written when all else has been
        with pytest.raises(sqlite3.IntegrityError):
            store.save(replace(unlike, capture=first.capture), page="1", report="1", placer=stories.place)
        store.run = 0
        store.save(copied, page="2", report="2", placer=stories.place)
    assert rows(tmp_path / "x.db", "SELECT story, relation FROM placements ORDER BY report") == [
        (1, "first"),
        (1, "copy"),
    ]
