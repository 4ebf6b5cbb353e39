"""The exception tree, drawn once; each text names the file, line or URL and what to do.

    DesertersError                 db/errors.py
    |-- StoreBusyError             db/errors.py: another process holds the database or the archive
    |-- ArchiveError               db/errors.py: a WARC file is damaged
    |-- ReviewError                db/errors.py: a review, a note or a ruling cannot be kept as it was asked
    |-- BundleError                db/errors.py: a case bundle cannot be made of what was asked for
    |-- PublishError               db/errors.py: the public edition cannot be made, or would not be safe
    |-- HandwrittenError           a YAML file that a person wrote does not hold to its grammar
    |-- ConfigurationError         a setting in the configuration file or the environment cannot be used
    `-- ChannelUnreadableError     the body of a channel is not what the channel says it is

Expected failures of one page are no exceptions: they are values (``Rejection``).
"""

from pathlib import Path
from typing import Self

from db.errors import DesertersError

__all__ = ["ChannelUnreadableError", "ConfigurationError", "DesertersError", "HandwrittenError"]


class HandwrittenError(DesertersError):
    """A YAML file breaks its grammar at ``line`` (1-based; 0 where the whole file is meant), at ``key``."""

    def __init__(self, path: Path, line: int, key: str, why: str) -> None:
        self.path, self.line, self.key, self.why = path, line, key, why
        super().__init__(f"{path}:{line}: {key}: {why}" if key else f"{path}:{line}: {why}")

    def __reduce__(self) -> tuple[type[Self], tuple[Path, int, str, str]]:
        return type(self), (self.path, self.line, self.key, self.why)  # else no other process can raise it on


class ConfigurationError(DesertersError):
    """A setting cannot be used; the text names where it was given and what it may be."""


class ChannelUnreadableError(DesertersError):
    """A channel's body cannot be read; ``what`` is the issue's name, ``detail`` the words for a person."""

    def __init__(self, what: str, detail: str) -> None:
        self.what, self.detail = what, detail
        super().__init__(f"{what}: {detail}")

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (self.what, self.detail)
