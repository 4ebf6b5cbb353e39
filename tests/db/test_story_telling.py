"""What a story says after one more report joined is what it would say were all of its reports read anew."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import facts, stories
from db.model import Analysis
from db.store import Store
from db.store.members import bare
from tests import factory
from tests.db.test_stories import reports, stored

SAYS = "SELECT * FROM stories ORDER BY id"


@pytest.fixture(scope="module")
def some(root: Path) -> list[Analysis]:
    return reports(root, events=("e01", "e02", "e03", "e14", "e17", "e28"))


def says(store: Store) -> list[dict[str, object]]:
    found = [dict(row) for row in store._db.query(SAYS)]
    return [{**row, "changed_at": "", "names": sorted(map(bare, json.loads(str(row["names"]))))} for row in found]


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000))
def test_it_is_what_all_its_reports_say(
    some: list[Analysis], tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    shuffled = list(some)
    random.Random(seed).shuffle(shuffled)
    path = stored(tmp_path_factory.mktemp("told") / "a.db", shuffled)
    with Store(path, holder="test") as store:
        before = says(store)
        placed = [dict(row) for row in store._db.query("SELECT * FROM placements")]
        alive = {int(row["story"]) for row in placed}
        store._regroup(alive, "")
        assert says(store) == before
        assert [dict(row) for row in store._db.query("SELECT * FROM placements")] == placed
        assert max(int(str(row["reports"])) for row in before) > 5


def copy(number: int) -> Analysis:
    """One of many reprints of an original, each some minutes after the one before."""
    url, moment = f"https://site{number}.example/1", datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=5 * number)
    text = (
        "A military court in Chita sentenced soldier Ivan Petrov to seven years in prison for leaving his unit. "
        f"He was away 41 days, the regional newspaper wrote. This is reprint number {number}."
    )
    article = factory.article(
        url, headline="Soldier Petrov sentenced in Chita", text=text, language="en", published_at=moment,
        published_on=moment.date(),
    )  # fmt: skip
    found = facts.find(article)
    return replace(
        factory.analysis(
            url, article=article, facts=found, source=factory.source(f"zz/site{number}", name=f"S{number}")
        ),
        capture=factory.capture(url, fetched_at=moment, place=None, body=b""),
        placing=stories.placing(article, found, f"S{number}", moment.toordinal()),
    )


def test_to_join_a_story_costs_the_same_work_however_many_reports_it_has(tmp_path: Path) -> None:
    work = {}
    with Store(tmp_path / "a.db", holder="test") as store:
        for number in range(230):
            steps = 0

            def count() -> None:
                nonlocal steps
                steps += 1

            store._db.conn.set_progress_handler(count, 100)
            store.save(copy(number), page=str(number), report=str(number), placer=stories.place)
            work[number] = steps
        assert store._db.execute("SELECT max(reports), max(originals) FROM stories").fetchone() == (230, 1)
    late, early = sorted(work[number] for number in range(220, 230)), sorted(work[number] for number in range(90, 100))
    assert late[5] < 1.1 * early[5]
