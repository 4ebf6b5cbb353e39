"""``datasette-metadata.yml`` in, what Datasette is told of the database out."""

import sysconfig
from pathlib import Path
from typing import Any

import yaml

from db.errors import DesertersError

FILE = "datasette-metadata.yml"
DATABASE = "deserters"


def find() -> Path:
    """The file beside the packages (checkout, editable installation), or in the environment's share folder.

    Raises:
        DesertersError: it is in neither place.
    """
    places = (Path(__file__).parents[2], Path(sysconfig.get_path("data")) / "share" / "deserters")
    for place in places:
        if (place / FILE).is_file():
            return place / FILE
    raise DesertersError(f"{FILE}: is missing; it belongs beside the folder db of the checkout")


def load() -> dict[str, Any]:
    """The whole file, read anew, without what stands in it only to be referred to."""
    found = dict(yaml.safe_load(find().read_text(encoding="utf-8")))
    found.pop("common_columns", None)
    return found


def tables(metadata: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is said of each table and view, by name."""
    return dict(metadata["databases"][DATABASE]["tables"])


def queries(metadata: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The ready-made queries, by name."""
    return dict(metadata["databases"][DATABASE]["queries"])


def computed_columns(metadata: dict[str, Any]) -> dict[str, str]:
    """What columns mean that several ready-made queries compute, by name."""
    return dict(metadata["databases"][DATABASE]["computed_columns"])
