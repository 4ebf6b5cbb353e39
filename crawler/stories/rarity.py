"""A word, a name, a place or a concept in, how rare it is in news out."""

import json
from functools import cache
from pathlib import Path

BACKGROUND = Path(__file__).with_name("background.json")


def rarity(thing: str, kind: str) -> float:
    """How rare a word, name, place or concept is in news: from 0 to 1, and 1 for what is not known."""
    return background()[kind].get(thing, 1.0)


@cache
def background() -> dict[str, dict[str, float]]:
    """How rare things are in news of every kind and in reports on the subject, whichever has more of them."""
    return dict(json.loads(BACKGROUND.read_text(encoding="utf-8")))
