"""A costly question in, its answer out, kept for a minute: so that a page that many open is counted once.

For some minutes more the old answer is given while the new one is being looked for, so that nobody waits for it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

SECONDS = 60.0
GRACE = 600.0  # seconds more in which an old answer is better than a wait
WORTH = 0.2  # seconds; what was found in less is not kept, so that a small database always shows its newest
MOST = 200  # answers kept of one database
T = TypeVar("T")


@dataclass(slots=True)
class _Shelf:
    """The answers of one database, each with the moment until which it stands, and those that are being looked for."""

    kept: dict[Hashable, tuple[float, Any]] = field(default_factory=dict)
    asked: dict[Hashable, asyncio.Task[Any]] = field(default_factory=dict)


class Keeper:
    """Keeps answers, those of each database apart; ``clock`` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shelves: WeakKeyDictionary[Any, _Shelf] = WeakKeyDictionary()

    async def get(self, database: Any, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to ``key``; where none is kept, ``ask`` is called once for all who want it at that moment."""
        shelf = self._shelves.setdefault(database, _Shelf())
        until, kept = shelf.kept.get(key, (float("-inf"), None))
        late = self._clock() - until
        if late >= 0 and key not in shelf.asked:
            shelf.asked[key] = asyncio.create_task(self._ask(shelf, key, ask))
            shelf.asked[key].add_done_callback(_heard)
        found: T = kept if late < GRACE else await asyncio.shield(shelf.asked[key])  # one who leaves ends it for nobody
        return found

    async def rows(self, database: Any, sql: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query that may have to read much: without the site's limit of time, since few ask for them."""
        told = dict(values or {})

        async def ask() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = await database.execute_fn(
                lambda connection: [dict(row) for row in connection.execute(sql, told)]
            )
            return found

        return await self.get(database, (sql, *sorted(told.items())), ask)

    async def _ask(self, shelf: _Shelf, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        began = self._clock()
        try:
            found = await ask()
        finally:
            del shelf.asked[key]
        shelf.kept.pop(key, None)
        if self._clock() - began >= WORTH:
            shelf.kept[key] = (self._clock() + SECONDS, found)
        while len(shelf.kept) > MOST:
            del shelf.kept[next(iter(shelf.kept))]  # the oldest
        return found


def _heard(task: asyncio.Task[Any]) -> None:
    """Take note of what went wrong where nobody waited for it; the next who asks asks anew."""
    if not task.cancelled():
        task.exception()


keeper = Keeper()
