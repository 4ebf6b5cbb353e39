"""The main job on the newspaper: its publishers run on loopback, a crawl asks them, Datasette serves the result."""

import os
import subprocess
import sys
from pathlib import Path

from tests.newspaper.server import Newspaper

FOLDER = Path("demo")


def main() -> int:
    """Crawl the newspaper into ``demo/`` and serve the result until interrupted; the exit code of the last step."""
    FOLDER.mkdir(exist_ok=True)
    settings = {
        "DESERTERS_DB": str(FOLDER / "deserters.db"),
        "DESERTERS_ARCHIVE": str(FOLDER / "archive"),
        "DESERTERS_SOURCES": str(FOLDER / "sources"),
        "DESERTERS_ALLOW_PRIVATE": "1",
        "DESERTERS_TIMEOUT_SECONDS": "8",
        "DESERTERS_LIMIT_SECONDS": "180",
    }
    environment = {**os.environ, **settings}
    with Newspaper(manners=False) as paper:
        paper.write_sources(FOLDER / "sources")
        sys.stdout.write(f"A newspaper of {len(paper.sites)} publishers runs on loopback, bad manners included.\n")
        sys.stdout.flush()
        crawled = subprocess.run([sys.executable, "-m", "scheduler.cli", "crawl"], env=environment, check=False)
    if crawled.returncode:
        return crawled.returncode
    try:
        return subprocess.run([sys.executable, "-m", "scheduler.cli", "serve"], env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
