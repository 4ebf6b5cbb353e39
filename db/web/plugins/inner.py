"""Datasette's pages for its own developers in, a 404 out: some name paths of the machine, some need scripts."""

from typing import Any

from db.web.host import NotFound, hookimpl


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Addresses that this site has no page for; they come before Datasette's."""
    return [(r"/-/(?:threads|patterns|messages|allow-debug|permissions)(?:\.json)?$", closed)]


async def closed() -> None:
    """Say that there is no such page."""
    raise NotFound("There is no page at this address.")
