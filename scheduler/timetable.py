"""When crawls run: settings in, a process that fires a crawl at each time of day out, until SIGTERM or SIGINT.

What is due is decided from the ``runs`` table, never from a job store, so a missed run is made up exactly once however
often this restarts. Every crawl is a process of its own; every fire, miss, skip and failure is a row of ``timetable``.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from db.errors import StoreBusyError
from db.queries import last_crawl, needs_rounds
from db.store import Store
from scheduler.config import Config, environment
from scheduler.jobs import utc_now

GRACE_SECONDS = 120  # past its limit a crawl is asked to end, and after this long again it is killed
_ROUNDS_MINUTE, _SEND_MINUTES, _SEND_SECONDS = "47", "*/10", 300
_EVENTS: Mapping[int, str] = {EVENT_JOB_MISSED: "miss", EVENT_JOB_MAX_INSTANCES: "skip", EVENT_JOB_ERROR: "failure"}


def run(config: Config, config_file: Path | None) -> None:
    """Keep the timetable until told to stop; returns then."""
    timetable = Timetable(config, config_file)
    signal.signal(signal.SIGTERM, lambda *_: timetable.stop())
    signal.signal(signal.SIGINT, lambda *_: timetable.stop())
    timetable.start()


def last_due(config: Config, now: datetime) -> datetime:
    """The newest moment, at or before ``now``, at which a crawl was due."""
    zone = ZoneInfo(config.zone)
    today = now.astimezone(zone).date()
    moments = (
        datetime.combine(today - timedelta(days=back), at, zone).astimezone(UTC)
        for back in (0, 1, 2)
        for at in config.times_of_day
    )
    return max(moment for moment in moments if moment <= now)


def is_missed(config: Config, now: datetime) -> bool:
    """Whether no crawl has begun since one was last due; true also where none ever began."""
    last = last_crawl(config.db)
    return last is None or last.started_at < last_due(config, now)


@dataclass
class Timetable:
    """One running timetable."""

    config: Config
    config_file: Path | None
    _scheduler: BlockingScheduler = field(init=False)
    _child: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _stopping: threading.Event = field(init=False, default_factory=threading.Event)
    _unwritten: list[tuple[str, datetime, datetime | None, str]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Lay the jobs: one cron trigger a time of day, and at once where a run was missed."""
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = BlockingScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.add_listener(self._heard, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR)
        for at in self.config.times_of_day:
            trigger = CronTrigger(hour=at.hour, minute=at.minute, timezone=ZoneInfo(self.config.zone))
            self._scheduler.add_job(self._fire, trigger, id=f"crawl at {at:%H:%M}", args=["fire"])
        self._scheduler.add_job(self._rounds, CronTrigger(minute=_ROUNDS_MINUTE, timezone=UTC), id="rounds")
        self._scheduler.add_job(self._send, CronTrigger(minute=_SEND_MINUTES, timezone=UTC), id="messages")

    def start(self) -> None:
        """Make up a missed run, then fire at every time until ``stop``."""
        now = utc_now()
        if is_missed(self.config, now):
            self._note("miss", now, last_due(self.config, now), "no crawl has begun since; it is made up now")
            self._scheduler.add_job(self._fire, DateTrigger(), id="made up", args=["made-up"])
        self._scheduler.start()
        self._write()

    def stop(self) -> None:
        """End cleanly: a running crawl is asked to finish what it holds."""
        self._stopping.set()
        if self._child and self._child.poll() is None:
            self._child.terminate()
        self._scheduler.shutdown(wait=False)

    def _fire(self, event: str) -> None:
        """Run one crawl to its end."""
        now = utc_now()
        if self._is_busy():
            self._note("skip", now, last_due(self.config, now), "the crawl before is still running")
            return
        self._note(event, now, last_due(self.config, now), "a crawl begins")
        self._child = subprocess.Popen(self._command("crawl"), env=environment(self.config))  # noqa: S603  # our own command
        code = self._wait(self._child)
        if self._stopping.is_set():
            self._note("stopped", utc_now(), None, f"the crawl was asked to end and left with {code}")
        elif code:
            self._note("failure", utc_now(), None, f"the crawl left with exit code {code}")

    def _rounds(self) -> None:
        """Between the daily crawls, ask the channels that must be asked more often."""
        if self._is_busy() or not needs_rounds(self.config.db):
            return
        self._child = subprocess.Popen(self._command("crawl", "--rounds"), env=environment(self.config))  # noqa: S603  # our own command
        code = self._wait(self._child)
        if code and not self._stopping.is_set():
            self._note("failure", utc_now(), None, f"the rounds left with exit code {code}")

    def _send(self) -> None:
        """Send what is due and what waits, where anyone wants to be told."""
        told = self.config.alerts or self.config.digest or self.config.watches
        if told and not self._is_busy() and self.config.db.exists():
            child = subprocess.Popen(self._command("alerts", "send"), env=environment(self.config))  # noqa: S603  # our own command
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=_SEND_SECONDS)
            if child.poll() is None:
                child.kill()

    def _is_busy(self) -> bool:
        return bool(self._child and self._child.poll() is None)

    def _wait(self, child: "subprocess.Popen[bytes]") -> int:
        for seconds, end in ((self.config.limit_seconds + GRACE_SECONDS, child.terminate), (GRACE_SECONDS, child.kill)):
            try:
                return child.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self._note(
                    "failure", utc_now(), None, f"the crawl ran past its limit by {GRACE_SECONDS} s; it is being ended"
                )
                end()
        return child.wait()

    def _command(self, *verb: str) -> list[str]:
        command = [sys.executable, "-m", "scheduler.cli", *verb]
        return command + (["--config", str(self.config_file)] if self.config_file else [])

    def _heard(self, event: JobEvent) -> None:
        self._note(_EVENTS[event.code], utc_now(), getattr(event, "scheduled_run_time", None), f"{event.job_id}")

    def _note(self, event: str, at: datetime, due_at: datetime | None, detail: str) -> None:
        """Write a row now, or later where a crawl holds the database."""
        self._unwritten.append((event, at, due_at, detail))
        self._write()

    def _write(self) -> None:
        try:
            with Store(self.config.db, holder="deserters schedule") as store:
                while self._unwritten:
                    event, at, due_at, detail = self._unwritten[0]
                    store.note_timetable(event, at, due_at=due_at, detail=detail)
                    self._unwritten.pop(0)
        except StoreBusyError:
            return
