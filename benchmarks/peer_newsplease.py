"""What news-please's Common Crawl extractor takes for the pages of a WARC file: one JSON object on standard output.

    python -m venv build/newsplease && build/newsplease/bin/python -m pip install news-please==1.6.16
    build/newsplease/bin/python benchmarks/peer_newsplease.py WARC

Runs in an environment of its own, since that package wants other versions of ours. Does for each response what the
extractor does: reads the record with warcio and makes an article of it, without pictures.
"""

import json
import logging
import sys
import time
from importlib import import_module
from pathlib import Path

# Not installed beside the project, so looked up by name.
_archive = import_module("warcio.archiveiterator")
_newsplease = import_module("newsplease")


def main() -> None:
    """Read every response of the file."""
    logging.disable(logging.CRITICAL)
    pages = failed = 0
    started = time.process_time()
    with Path(sys.argv[1]).open("rb") as stream:
        for record in _archive.ArchiveIterator(stream):
            if record.rec_type != "response":
                continue
            pages += 1
            try:
                _newsplease.NewsPlease.from_warc(record, fetch_images=False)
            except Exception:  # noqa: BLE001  # as the extractor does, which counts it as an error
                failed += 1
    print(json.dumps({"pages": pages, "failed": failed, "seconds": time.process_time() - started}))


if __name__ == "__main__":
    main()
