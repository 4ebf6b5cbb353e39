"""What settles an outcome: the store, as it is known to those who read pages and need no database."""

from typing import Protocol

from db.model import Analysis, Placer, Rejection, Source


class Keeper(Protocol):
    """Where outcomes go; SQLite and all that reads it (15 MB) are loaded by whoever opens a store."""

    def save(self, analysis: Analysis, *, page: str, report: str, placer: Placer | None = None) -> bool:
        """Keep a report; ``page`` and ``report`` are the identities of its address and of its canonical form.

        True where the report is new.
        """

    def reject(self, rejection: Rejection, *, page: str, source: Source) -> None:
        """Remember why the page called ``page`` is no report."""
