"""Figures in, a section of ``docs/performance.md`` out."""

import platform
import re
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def write_rows(title: str, heads: list[str], rows: list[list[str]], command: str, document: Path = DOCUMENT) -> None:
    """Put a table under the heading ``title`` of ``document``, in place of the one that stood there."""
    lines = [f"## {title}", "", f"`{command}` on Python {platform.python_version()}, {platform.machine()}.", ""]
    lines += ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    section = "\n".join(lines) + "\n"
    text = document.read_text(encoding="utf-8") if document.exists() else f"# {document.stem.capitalize()}\n"
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    known = pattern.search(text)
    text = pattern.sub(lambda _: section + "\n", text) if known else f"{text.rstrip()}\n\n{section}"
    document.write_text(text.rstrip() + "\n", encoding="utf-8")
