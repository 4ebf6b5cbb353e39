"""What the ground floor raises; the whole tree is drawn in ``crawler/errors.py``."""


class DesertersError(Exception):
    """Anything that this project raises on purpose; its text says what happened, where, and what to do."""


class StoreBusyError(DesertersError):
    """Another process writes to the database or the archive; the text names it."""


class ArchiveError(DesertersError):
    """A WARC file cannot be read, or cannot be read further; the text names the file and the offset."""


class ExportError(DesertersError):
    """The database cannot be exported so; the text says why and what to do."""


class ReviewError(DesertersError):
    """What a person asked of the reviews cannot be done; the text says why and what to do."""


class BundleError(DesertersError):
    """A case bundle cannot be made so; the text says why and what to do."""


class PublishError(DesertersError):
    """The public edition cannot be made so; the text says why and what to do."""
