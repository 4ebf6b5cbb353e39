"""A costly answer is asked for once a minute; a cheap one is never kept."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.store import Store
from db.web import keeping
from db.web.keeping import GRACE, SECONDS, WORTH, Keeper
from tests.db.web_browser import Visitor


class Database:
    """Stands for one of Datasette's, of which only the identity counts here."""


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The moment."""
        return self.now


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


class Question:
    """Takes ``cost`` seconds of the test's clock, and has a new answer each time."""

    def __init__(self, clock: Clock, cost: float) -> None:
        self.clock, self.cost, self.asked = clock, cost, 0

    async def __call__(self) -> int:
        """How often it was asked."""
        await asyncio.sleep(0)
        self.clock.now += self.cost
        self.asked += 1
        return self.asked


def test_a_costly_answer_is_kept_for_a_minute_and_given_while_the_next_is_looked_for(runner: asyncio.Runner) -> None:
    clock, database = Clock(), Database()
    keeper, question = Keeper(clock), Question(clock, WORTH)

    async def ask(later: float) -> int:
        clock.now += later
        found = await keeper.get(database, "key", question)
        await asyncio.sleep(0.01)  # let what goes on behind come to its end
        return found

    assert [runner.run(ask(later)) for later in (0, SECONDS - 1, 2, 0)] == [1, 1, 1, 2]
    assert runner.run(ask(SECONDS + GRACE + 1)) == 3
    assert question.asked == 3


def test_a_cheap_answer_is_always_the_newest(runner: asyncio.Runner) -> None:
    clock, database = Clock(), Database()
    keeper, question = Keeper(clock), Question(clock, WORTH / 2)
    assert [runner.run(keeper.get(database, "key", question)) for _ in range(3)] == [1, 2, 3]


def test_those_who_ask_at_once_get_one_answer_and_one_who_leaves_takes_it_from_nobody(runner: asyncio.Runner) -> None:
    clock, database = Clock(), Database()
    keeper, question = Keeper(clock), Question(clock, WORTH)

    async def crowd() -> list[object]:
        all_of_them = [asyncio.create_task(keeper.get(database, "key", question)) for _ in range(5)]
        await asyncio.sleep(0)
        all_of_them[0].cancel()
        return await asyncio.gather(*all_of_them, return_exceptions=True)

    first, *others = runner.run(crowd())
    assert isinstance(first, asyncio.CancelledError)
    assert others == [1, 1, 1, 1]


def test_databases_and_keys_are_kept_apart_and_the_oldest_answers_go(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST", 2)
    clock, one, other = Clock(), Database(), Database()
    keeper, question = Keeper(clock), Question(clock, WORTH)
    found = [runner.run(keeper.get(one, key, question)) for key in ("a", "b", "a", "c", "b", "a")]
    assert found == [1, 2, 1, 3, 2, 4]
    assert runner.run(keeper.get(other, "a", question)) == 5


def test_a_failure_is_not_kept(runner: asyncio.Runner) -> None:
    clock, database, told = Clock(), Database(), ["first"]
    keeper = Keeper(clock)

    async def ask() -> str:
        clock.now += WORTH
        if told:
            raise ValueError(told.pop())
        return "well"

    with pytest.raises(ValueError, match="first"):
        runner.run(keeper.get(database, "key", ask))
    assert runner.run(keeper.get(database, "key", ask)) == "well"


def test_rows_have_names_and_values_are_bound(tmp_path: Path) -> None:
    with Store(tmp_path / "d.db", holder="tests"):
        pass
    with Visitor(tmp_path / "d.db", tmp_path) as visitor:
        rows = Keeper().rows(visitor.site.database, "SELECT :one AS one, count(*) AS n FROM runs", {"one": "'; --"})
        with asyncio.Runner() as runner:
            assert runner.run(rows) == [{"one": "'; --", "n": 0}]
