"""Scraped addresses in, harmless links or plain text out."""

from urllib.parse import urlsplit

from markupsafe import Markup, escape

OUTSIDE = "noopener noreferrer nofollow"
_SHOWN = 60
_HIDDEN = "█"


def web_address(text: str | None) -> str | None:
    """``text`` where it is an address of the web and nothing else; ``None`` for every other scheme and for prose."""
    if not text or any(char.isspace() or ord(char) < 32 or char == "\\" for char in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None


def outside_link(text: str, label: str = "") -> Markup:
    """A link that leaves the site and tells no one where from; plain text where ``text`` is no address of the web.

    One of which a public edition hides a part leads to its host.
    """
    address = web_address(text)
    if address is None:
        return escape(text)
    shown = label or shortened(address.removeprefix("https://").removeprefix("http://"))
    return Markup('<a class="outside" href="{}" rel="{}" title="{}">{}</a>').format(
        address.partition(_HIDDEN)[0], OUTSIDE, address, shown
    )


def shortened(text: str, length: int = _SHOWN) -> str:
    """``text``, cut in its middle where it is longer than ``length`` characters."""
    if len(text) <= length:
        return text
    return f"{text[: length * 2 // 3]}…{text[-(length // 3 - 1) :]}"
