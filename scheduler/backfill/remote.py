"""The address of a large file in, its bytes out as a stream that survives broken connections; nothing is stored."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests
import urllib3

from db.errors import ArchiveError

_TRIES = 6  # in a row without a byte
_PAUSE = 1.0  # seconds before the second try; doubled each time
_LONGEST_PAUSE = 60.0
_PIECE = 1 << 18  # bytes taken from the connection at once
_TIMEOUTS = (20.0, 60.0)  # seconds to connect, and between two bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a host is asked: by which name, at most how many bytes a second (0: as fast as it gives), and the clock."""

    user_agent: str
    bytes_a_second: int = 0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class RemoteFile(io.RawIOBase):
    """A file behind an address, read from its start to its end; a connection that breaks is taken up where it broke.

    Raises:
        ArchiveError: the host refuses, the file has changed meanwhile, or it cannot be had after six tries in a row.
    """

    def __init__(self, url: str, manners: Manners) -> None:
        super().__init__()
        self.url, self._manners = url, manners
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": manners.user_agent, "Accept-Encoding": "identity"})
        self._answer: requests.Response | None = None
        self._rest = b""
        self._at, self._length, self._tag = 0, -1, ""
        self._began = manners.clock()

    @property
    def length(self) -> int:
        """Bytes of the whole file, -1 where the host does not tell."""
        return self._length

    @property
    def tag(self) -> str:
        """The file's entity tag, empty where the host gives none."""
        return self._tag

    def readable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes have been given."""
        return self._at - len(self._rest)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the protocol's buffer is wider
        """Give the next bytes; none at the end of the file."""
        if not self._rest:
            self._rest = self._next()
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count

    def close(self) -> None:
        """Let the connection go."""
        self._drop()
        self._session.close()
        super().close()

    def _next(self) -> bytes:
        tries = 0
        while self._at != self._length:
            try:
                piece = self._connected().raw.read(_PIECE)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                tries = self._again(tries, str(error))
                continue
            if piece:
                self._at += len(piece)
                self._keep_pace()
                return bytes(piece)
            if self._length in (-1, self._at):
                return b""
            tries = self._again(tries, "the connection ended too soon")
        return b""

    def _again(self, tries: int, why: str) -> int:
        self._drop()
        if tries + 1 >= _TRIES:
            raise ArchiveError(f"{self.url}: cannot be read past byte {self._at}: {why}; what stands before was read")
        self._manners.sleep(min(_PAUSE * 2**tries, _LONGEST_PAUSE))
        return tries + 1

    def _connected(self) -> requests.Response:
        if self._answer is None:
            headers = {"Range": f"bytes={self._at}-"} if self._at else {}
            if self._at and self._tag:
                headers["If-Range"] = self._tag
            answer = self._session.get(self.url, headers=headers, stream=True, timeout=_TIMEOUTS)
            self._check(answer)
            self._answer = answer
        return self._answer

    def _check(self, answer: requests.Response) -> None:
        if answer.status_code in (403, 404, 410):
            raise ArchiveError(f"{self.url}: the host answers {answer.status_code}; see whether the address is right")
        if answer.status_code not in (200, 206):
            raise requests.HTTPError(f"HTTP {answer.status_code}")
        if self._at and answer.status_code == 200:
            raise ArchiveError(f"{self.url}: has changed while it was read, or its host knows no ranges")
        if not self._at:
            self._length = int(answer.headers.get("Content-Length", -1))
            self._tag = answer.headers.get("ETag", "")

    def _keep_pace(self) -> None:
        allowed = self._manners.bytes_a_second
        if allowed:
            ahead = self._at / allowed - (self._manners.clock() - self._began)
            if ahead > 0:
                self._manners.sleep(ahead)

    def _drop(self) -> None:
        if self._answer is not None:
            self._answer.close()
            self._answer = None
