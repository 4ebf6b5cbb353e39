"""Names and passwords in, signed tickets out, and back: who a request is from."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from time import time
from typing import Any

from db.web.host import BadSignature, hash_password, verify_password
from db.web.sharing import Caller, Scope, Sharing

COOKIE = "ds_actor"
LASTS = 14 * 24 * 3600  # seconds that a ticket is good for
_NAMESPACE = "deserters-person"
_LONGEST_PASSWORD = 1024
_AT_ONCE = 2  # a password takes a good part of a second of a core
_ALGORITHM, _ROUNDS = "pbkdf2_sha256", "480000"


def hashed(password: str) -> str:
    """The PBKDF2 hash of a password as datasette-auth-passwords makes and reads it."""
    return str(hash_password(password))


class Door:
    """Checks passwords, a few at a time and beside the server's loop."""

    def __init__(self, sharing: Sharing) -> None:
        self._people = sharing.people
        rounds = next((stored.split("$")[1] for stored in self._people.values()), _ROUNDS)
        self._nobody = f"{_ALGORITHM}${rounds}${'0' * 32}${'A' * 43}="
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def opens(self, name: str, password: str) -> bool:
        """Whether this is the password of ``name``; takes as long for a name that nobody has."""
        stored = self._people.get(name, self._nobody)
        async with self._turns:
            right = await asyncio.to_thread(verify_password, password[:_LONGEST_PASSWORD], stored)
        return bool(right) and name in self._people


def ticket(name: str, sharing: Sharing, now: float) -> dict[str, Any]:
    """What a cookie says of a person who signed in: good for a while, and only with the password of today."""
    return {"name": name, "until": int(now) + LASTS, "of": _mark(sharing.people[name])}


def actor(signer: Any, caller: Caller, scope: Scope, sharing: Sharing) -> dict[str, str] | None:
    """Who asks: whom a believed proxy names, else whom the cookie names; ``None`` for anybody else."""
    if caller.named:
        return {"id": caller.named, "by": "proxy"}
    name = _holder(signer, _cookies(scope).get(COOKIE, ""), sharing, time())
    return {"id": name, "by": "password"} if name else None


def signed(signer: Any, told: Mapping[str, Any]) -> str:
    """A ticket as the cookie holds it."""
    return str(signer.sign(dict(told), _NAMESPACE))


def _holder(signer: Any, cookie: str, sharing: Sharing, now: float) -> str:
    try:
        told = signer.unsign(cookie, _NAMESPACE)
        name, until, of = str(told["name"]), int(told["until"]), str(told["of"])
    except (ValueError, TypeError, KeyError, BadSignature):
        return ""
    stored = sharing.people.get(name, "")
    return name if stored and now < until and hmac.compare_digest(of, _mark(stored)) else ""


def _mark(stored: str) -> str:
    """By what a ticket knows the password that it was given for; another password makes it worthless."""
    return hashlib.sha256(stored.encode()).hexdigest()[:16]


def _cookies(scope: Scope) -> dict[str, str]:
    told = b"; ".join(value for name, value in scope.get("headers", ()) if name.lower() == b"cookie")
    try:
        return {name: found.value for name, found in SimpleCookie(told.decode("latin-1")).items()}
    except CookieError:
        return {}
