"""The JSON body of a search service in, its objects out; what is no such body is the channel's trouble."""

import json
import re
from typing import Any

from crawler.errors import ChannelUnreadableError

JsonObject = dict[str, Any]
_CONTROL = re.compile(rb"[\x00-\x1f]")  # some services leave raw control characters in their strings


def loaded(body: bytes, url: str) -> JsonObject:
    """The JSON object that ``body`` is.

    Raises:
        ChannelUnreadableError: it is something else; the detail shows how it begins, often the service's reason.
    """
    try:
        found = json.loads(_CONTROL.sub(b" ", body))
    except ValueError as error:
        begins = body[:120].decode("utf-8", errors="replace").strip()
        raise ChannelUnreadableError("not-an-answer", f"{url} answered with no JSON: {begins!r}") from error
    if not isinstance(found, dict):
        raise ChannelUnreadableError("not-an-answer", f"{url} answered with JSON that is no object")
    return found


def items(told: JsonObject, name: str, url: str) -> list[JsonObject]:
    """The objects of the list called ``name``.

    Raises:
        ChannelUnreadableError: there is no such list.
    """
    found = told.get(name)
    if not isinstance(found, list):
        raise ChannelUnreadableError("not-an-answer", f"{url} answered without the list {name!r}")
    return [item for item in found if isinstance(item, dict)]


def number(told: JsonObject, name: str, default: int) -> int:
    """The whole number called ``name``."""
    found = told.get(name)
    return found if isinstance(found, int) else default
