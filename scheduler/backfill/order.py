"""Answers in as they come, out in the order of their numbers, each once; tells how far others may run ahead."""

from collections import deque
from collections.abc import Iterator
from threading import Condition

from db.model import Issue

MOST_BYTES = 256_000_000  # of answers that wait for an earlier one


class Order:
    """A line in which each answer waits until all before it were taken; safe between threads.

    An answer is the packed reading of a file, or the issue that stands in its place.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._held, self._next = most_bytes, 0, 0
        self._answers: dict[int, bytes | Issue] = {}
        self._notes: deque[Issue] = deque()
        self._ended = False
        self._error: BaseException | None = None
        self._changed = Condition()

    def put(self, number: int, answer: bytes | Issue) -> None:
        """Let ``answer`` wait for its turn, which is that of ``number`` (from 0)."""
        with self._changed:
            self._answers[number] = answer
            self._held += _size(answer)
            self._changed.notify_all()

    def say(self, issue: Issue) -> None:
        """Give out ``issue`` as soon as possible; it has no place in the order."""
        with self._changed:
            self._notes.append(issue)
            self._changed.notify_all()

    def end(self, error: BaseException | None = None) -> None:
        """Nothing more will come; with an ``error``, the taker gets it at once."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def may_begin(self, number: int, ahead: int) -> bool:
        """Whether work on ``number`` may begin: within ``ahead`` of what was taken, and not too much is held."""
        with self._changed:
            return number == self._next or (number - self._next < ahead and self._held < self._most)

    def __iter__(self) -> Iterator[bytes | Issue]:
        """All answers in their order; one counts as taken when the next is asked for."""
        while True:
            with self._changed:
                self._changed.wait_for(self._has_something)
                if self._error:
                    raise self._error
                notes = list(self._notes)
                self._notes.clear()
                answer = self._answers.pop(self._next, None)
            yield from notes
            if answer is not None:
                yield answer
                with self._changed:
                    self._next += 1
                    self._held -= _size(answer)
            elif not notes:
                return

    def _has_something(self) -> bool:
        return bool(self._notes) or self._next in self._answers or self._ended


def _size(answer: bytes | Issue) -> int:
    return len(answer) if isinstance(answer, bytes) else 0
