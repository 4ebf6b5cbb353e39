"""A folder with a public edition in, what a site needs to serve it out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import PublishError

DATABASE, INSPECT, METADATA, README = "deserters.db", "inspect.json", "metadata.json", "README.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A public edition on disk: its database, counts and hash of it, and what is told of its tables.

    The folder is the version that stood there when it was read; a newer one does not change it.
    """

    database: Path
    inspect: Mapping[str, Any]
    metadata: Mapping[str, Any]


def published(folder: Path) -> Published:
    """The public edition in ``folder``.

    Raises:
        PublishError: there is none, or its files do not belong together.
    """
    place = folder.resolve()
    try:
        inspect, metadata = (json.loads((place / name).read_text(encoding="utf-8")) for name in (INSPECT, METADATA))
        size = (place / DATABASE).stat().st_size
        known = inspect["deserters"]["size"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError(f"{folder}: holds no public edition; `deserters publish {folder}` makes one") from error
    if size != known:
        raise PublishError(f"{folder}: {DATABASE} and {INSPECT} do not belong together; publish it anew")
    return Published(database=place / DATABASE, inspect=inspect, metadata=metadata)
