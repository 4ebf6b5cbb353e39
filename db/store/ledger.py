"""What the watch knows of itself, written: health, days, troubles, recall, and the messages that tell of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from db import rows
from db.model import ChannelState, Place, Recall, SourceDay, Trouble
from db.store.tables import Tables


class Ledger(Tables):
    """The part of the store that holds no news but how the watch goes."""

    # -- health

    def settle_health(self, states: Iterable[ChannelState]) -> None:
        """Keep the health of channels, and nothing else of their state."""
        sql = "UPDATE channels SET health=:health, health_since=:health_since, told=:told WHERE url=:url"
        with self._transaction():
            for state in states:
                row = rows.channel_row(state)
                self._db.execute(sql, {name: row[name] for name in ("health", "health_since", "told", "url")})

    def keep_days(self, days: Iterable[SourceDay]) -> None:
        """Write how sources did on a day; a later run of the day replaces what an earlier one wrote."""
        with self._transaction():
            for day in days:
                self._upsert("source_days", rows.source_day_row(day), "source, day")

    def keep_recall(self, estimates: Iterable[Recall], now: datetime) -> None:
        """Write the estimates of how much of what exists is held."""
        with self._transaction():
            for estimate in estimates:
                self._upsert("recall", rows.recall_row(estimate, now), "language, month")

    def keep_troubles(self, current: Iterable[Trouble], now: datetime) -> None:
        """Open the troubles that are new, follow those that go on, and close those that are not among ``current``.

        A trouble is known by its scope and name; what is wrong may change while it lasts.
        """
        wrong = {(trouble.scope, trouble.name): trouble for trouble in current}
        with self._transaction():
            known = {(str(row["scope"]), str(row["name"])): row["id"] for row in self._open_troubles()}
            for place, trouble in wrong.items():
                if place in known:
                    told: list[object] = [trouble.what, trouble.detail, known[place]]
                    self._db.execute("UPDATE troubles SET what=?, detail=? WHERE id=?", told)
                else:
                    self._insert("troubles", rows.trouble_row(trouble, now))
            for place, number in known.items():
                if place not in wrong:
                    self._db.execute("UPDATE troubles SET mended_at=? WHERE id=?", [rows.stamp(now), number])

    def _open_troubles(self) -> list[rows.Row]:
        return list(self._db.query("SELECT id, scope, name FROM troubles WHERE mended_at IS NULL"))

    def told(self, troubles: Iterable[int], now: datetime, *, mended: bool) -> None:
        """Note that messages about these troubles, or about their end, have been written."""
        column = "mended_told_at" if mended else "told_at"
        with self._transaction():
            for number in troubles:
                self._db.execute(f"UPDATE troubles SET {column}=? WHERE id=?", [rows.stamp(now), number])  # noqa: S608  # one of two literals

    # -- files that were read

    def is_backfilled(self, name: str, digest: str) -> bool:
        """Whether the WARC file called ``name`` with that ``digest`` was read to its end."""
        sql = "SELECT EXISTS(SELECT 1 FROM backfills WHERE name=? AND digest=? AND trouble='')"
        return bool(self._db.execute(sql, [name, digest]).fetchone()[0])

    def backfilled(self) -> dict[str, frozenset[str]]:
        """The digests of the WARC files that were read to their end, by name."""
        found: dict[str, set[str]] = {}
        for name, digest in self._db.execute("SELECT name, digest FROM backfills WHERE trouble=''"):
            found.setdefault(name, set()).add(digest)
        return {name: frozenset(digests) for name, digests in found.items()}

    def held(self, report: str, sha256: str) -> Place | None:
        """Where the archive holds the capture with that ``sha256`` of the report called ``report``."""
        sql = "SELECT archive_file, archive_offset FROM articles WHERE key=? AND sha256=? AND archive_file IS NOT NULL"
        found = self._db.execute(sql, [report, sha256]).fetchone()
        return Place(file=found[0], offset=found[1]) if found else None

    def note_backfill(self, row: rows.Row, reasons: Mapping[str, int], now: datetime) -> None:
        """Note that a file was read and what came of it; ``reasons`` counts the pages that were not kept."""
        told: rows.Row = {"reasons": json.dumps(dict(sorted(reasons.items())), ensure_ascii=False)}
        with self._transaction():
            full = {**row, **told, "run": self.run or None, "finished_at": rows.stamp(now)}
            self._upsert("backfills", full, "name, digest")

    # -- messages

    def post(self, messages: Sequence[rows.Row], watch: str = "", reports: Iterable[int] = ()) -> None:
        """Lay messages out for sending; with them, note the reports of ``watch`` that they tell of, each once."""
        with self._transaction():
            for message in messages:
                self._add("messages", message, "id")
            for report in reports:
                row: rows.Row = {"watch": watch, "report": report, "at": messages[0]["made_at"]}
                self._add("watched", row, "watch, report")

    def seen(self, watch: str, reports: Iterable[int], now: datetime, wanted: str) -> None:
        """Note that ``watch``, which looks for ``wanted`` from now on, need not tell of ``reports``."""
        with self._transaction():
            self._upsert("watches", {"name": watch, "filter": wanted, "since": rows.stamp(now)}, "name")
            for report in reports:
                self._add("watched", {"watch": watch, "report": report, "at": rows.stamp(now)}, "watch, report")

    def sent(self, message: str, now: datetime) -> None:
        """Note that a message has been delivered."""
        with self._transaction():
            self._db.execute(
                "UPDATE messages SET sent_at=?, tries=tries+1, next_try_at=NULL, error='' WHERE id=?",
                [rows.stamp(now), message],
            )

    def unsent(self, message: str, error: str, next_try_at: datetime) -> None:
        """Note that a message could not be delivered, why, and when it is tried again."""
        with self._transaction():
            self._db.execute(
                "UPDATE messages SET tries=tries+1, next_try_at=?, error=? WHERE id=?",
                [rows.stamp(next_try_at), error, message],
            )

    # -- what is old

    def forget(self, before: datetime) -> int:
        """Drop samples, and sightings of pages that are no report, from before ``before``; how many rows went."""
        at = [rows.stamp(before)]
        with self._transaction():
            gone = self._db.execute("DELETE FROM samples WHERE at < ?", at).rowcount
            gone += self._db.execute(
                "DELETE FROM sightings WHERE at < ? AND page NOT IN (SELECT key FROM pages WHERE report IS NOT NULL)",
                at,
            ).rowcount
        return gone
