"""Failed sign-ins counted in memory: an address and a name in, how long to wait before the next try out."""

import ipaddress
from collections import deque
from collections.abc import Callable

SPAN = 60.0  # seconds
_OF_ADDRESS, _OF_NAME = 5, 20  # tries in a span: of one address; of one name, from wherever
_MOST_KEPT = 20_000


class Attempts:
    """Counts tries of the last minute; ``clock`` gives seconds.

    A name has more tries than an address, so that a stranger who fails on purpose does not easily keep out its owner.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tries: dict[tuple[str, str], deque[float]] = {}

    def wait(self, address: str, name: str) -> float:
        """Note a try, before it is known how it ends; seconds to wait where there were too many, else 0."""
        now = self._clock()
        self._forget(now)
        keys = self._keys(address, name)
        waits = [
            self._tries[key][0] + SPAN - now for key, most in keys.items() if len(self._tries.get(key, ())) >= most
        ]
        if waits:
            return max(waits)
        if len(self._tries) >= _MOST_KEPT:  # somebody tries from everywhere: let nobody in for a while
            return SPAN
        for key in keys:
            self._tries.setdefault(key, deque()).append(now)
        return 0.0

    def succeeded(self, address: str, name: str) -> None:
        """Take back the last try: it was no failure."""
        for key in self._keys(address, name):
            if self._tries.get(key):
                self._tries[key].pop()

    def _keys(self, address: str, name: str) -> dict[tuple[str, str], int]:
        keys = {("address", _block(address)): _OF_ADDRESS}
        return {**keys, ("name", name): _OF_NAME} if name else keys

    def _forget(self, now: float) -> None:
        for key in [key for key, tries in self._tries.items() if not tries or tries[-1] <= now - SPAN]:
            del self._tries[key]
        for tries in self._tries.values():
            while tries and tries[0] <= now - SPAN:
                tries.popleft()


def _block(address: str) -> str:
    """The address, of IPv6 its /64, which belongs to one customer."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)
