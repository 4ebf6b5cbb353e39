"""Runs the program as a person would: a process of its own, its settings in the environment; reads its database."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Desk:
    """A folder with a database, an archive and a watch list."""

    folder: Path

    @property
    def db(self) -> Path:
        """The database."""
        return self.folder / "test.db"

    @property
    def archive(self) -> Path:
        """The archive."""
        return self.folder / "archive"

    @property
    def sources(self) -> Path:
        """The watch list."""
        return self.folder / "sources"

    def environment(self, **more: str) -> dict[str, str]:
        """The program's surroundings: this desk, loopback allowed, short patience."""
        settings = {
            "DESERTERS_DB": str(self.db),
            "DESERTERS_ARCHIVE": str(self.archive),
            "DESERTERS_SOURCES": str(self.sources),
            "DESERTERS_ALLOW_PRIVATE": "1",
            "DESERTERS_TIMEOUT_SECONDS": "5",
            "DESERTERS_LIMIT_SECONDS": "120",
            "COLUMNS": "200",
        }
        return {**os.environ, **settings, **more}

    def run(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run ``deserters`` with ``words`` to its end."""
        return subprocess.run(
            self.command(*words),
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            timeout=240,
        )

    def start(self, *words: str, **more: str) -> "subprocess.Popen[bytes]":
        """Begin ``deserters`` with ``words``."""
        return subprocess.Popen(
            self.command(*words),
            env=self.environment(**more),
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def command(self, *words: str) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "scheduler.cli", *words]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with closing(sqlite3.connect(self.db)) as connection:
            return connection.execute(sql, values).fetchall()

    def value(self, sql: str, *values: Any) -> Any:
        """The one value that ``sql`` gives."""
        return self.rows(sql, *values)[0][0]

    def change(self, sql: str) -> None:
        """Change the database behind the program's back, as if time had passed."""
        with closing(sqlite3.connect(self.db)) as connection:
            connection.execute(sql)
            connection.commit()
