"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent

settings.register_profile(
    "house", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The recorded web and corpora beside the project.

    Without them a test is skipped, or fails where ``SHARED_REQUIRED=1`` says that they must be there.
    """
    folder = ROOT.parent / "shared"
    try:
        there = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        there = [str(error)]
    missing = {"corpus", "sources", "web"} - set(there)
    if missing and os.environ.get("SHARED_REQUIRED"):
        pytest.fail(f"SHARED_REQUIRED is set, but ../shared lacks {', '.join(sorted(missing))}: {there}")
    if missing:
        pytest.skip("needs the recorded web in ../shared; set SHARED_REQUIRED=1 to make its absence a failure")
    return folder
