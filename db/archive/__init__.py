"""The archive: captures in, WARC 1.1 files out, and back (ISO 28500:2017).

``<archive>/YYYY/MM/deserters-<UTC time>-<process>-<number>.warc.gz``, each record a gzip member of its own. Every
capture is two records: metadata (what the channel said of the page, as JSON), then the response. A file that is being
written ends in ``.open``; closing renames it, so a file left by a kill is known at the next start.
"""

from db.archive.pruning import prune
from db.archive.reader import captures, locate, read, record_bytes, streamed
from db.archive.repair import close_open_files
from db.archive.writer import ArchiveWriter, Packed, packed

__all__ = [
    "ArchiveWriter", "Packed", "captures", "close_open_files", "locate", "packed", "prune", "read", "record_bytes",
    "streamed",
]  # fmt: skip
