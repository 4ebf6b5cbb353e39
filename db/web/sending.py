"""A file on disk in, an answer out that sends it piece by piece and then lets it go."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.web.host import Response

_PIECE = 1 << 20
Send = Callable[[dict[str, Any]], Awaitable[None]]


class FileResponse(Response):  # type: ignore[misc]  # Datasette ships no types
    """The file ``path``, which stands in ``folder``, under the name ``name``; the folder goes when it is sent.

    Its size is told, so that a visitor whose connection breaks off knows that the file is not whole.
    """

    def __init__(
        self, path: Path, folder: "TemporaryDirectory[str]", *, name: str, content_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        told = {
            "content-disposition": f'attachment; filename="{name}"',
            "content-length": str(path.stat().st_size),
            **(headers or {}),
        }
        super().__init__(None, headers=told, content_type=content_type)
        self._path, self._folder = path, folder

    async def asgi_send(self, send: Send) -> None:
        """Send the file; of a HEAD request (``body`` is empty then) only the headers."""
        told = {**self.headers, "content-type": self.content_type}
        headers = [[name.encode("latin-1"), value.encode("latin-1")] for name, value in told.items()]
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            if self.body is None:
                with self._path.open("rb") as stream:
                    while piece := await asyncio.to_thread(stream.read, _PIECE):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._folder.cleanup()
