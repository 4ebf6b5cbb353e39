"""What other extractors make of the pages of a WARC file, one JSON object a page on standard output.

    build/peers/bin/python benchmarks/peers.py WARC > build/peers.jsonl

Runs in an environment of its own (``benchmarks/peers.txt``), since these packages want other versions of ours. Fields:
url, and for each tool its text, its title and the CPU seconds that it took.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from lxml import html

# Not installed beside the project, so looked up by name.
_newspaper, _urls, _tldextract = map(import_module, ("newspaper", "newspaper.urls", "tldextract"))
_readability = import_module("readability")
_urls.tldextract.extract = _tldextract.TLDExtract(suffix_list_urls=())  # its own list; nothing is fetched


def readability(page: bytes) -> tuple[str, str]:
    """readability-lxml: text and title."""
    document = _readability.Document(page.decode("utf-8", "replace"))
    tree = html.fromstring(document.summary(html_partial=True))
    lines = (" ".join(part.text_content().split()) for part in tree.iter("p", "li", "h2", "h3", "blockquote", "pre"))
    return "\n\n".join(line for line in lines if line), document.short_title()


def newspaper(page: bytes) -> tuple[str, str]:
    """newspaper4k: text and title."""
    article = _newspaper.Article("https://page.example/", fetch_images=False)
    article.download(input_html=page.decode("utf-8", "replace"))
    article.parse()
    return article.text, article.title


TOOLS = {"readability-lxml": readability, "newspaper4k": newspaper}


def main() -> None:
    """Read every response of the file with every tool; a page that a tool cannot read has no text."""
    with Path(sys.argv[1]).open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            page = record.reader.read()
            told: dict[str, object] = {"url": record.headers["WARC-Target-URI"]}
            for name, tool in TOOLS.items():
                started = time.process_time()
                try:
                    text, title = tool(page)
                except Exception as error:  # noqa: BLE001  # a peer may fail in any way, which counts as no text
                    text, title = "", ""
                    print(f"{name} failed on {told['url']}: {error!r:.100}", file=sys.stderr)
                told[name] = {"text": text, "title": title, "seconds": round(time.process_time() - started, 4)}
            print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
