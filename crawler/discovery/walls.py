"""A body in, whether it is the wall that a host puts before robots instead of what was asked for."""

import re

_WALL = re.compile(
    rb"just a moment\.\.\.|attention required!|cf-chl|ddos-guard|verify you are (?:a )?human|are you a robot|captcha"
    rb"|access denied|request unsuccessful\. incapsula|please enable js and disable any ad blocker|servicepipe",
    re.IGNORECASE,
)
_LOOKED_AT = 20_000  # bytes; walls are small and say what they are at once


def is_wall(body: bytes) -> bool:
    """Whether ``body`` looks like a bot wall."""
    return bool(_WALL.search(body[:_LOOKED_AT]))
