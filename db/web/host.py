"""The one door to Datasette, which ships no types: its names in, the same names out."""

from datasette.app import Datasette  # type: ignore[import-untyped]  # ships no types
from datasette.database import Database  # type: ignore[import-untyped]  # ships no types
from datasette.plugins import pm as plugin_manager  # type: ignore[import-untyped]  # ships no types
from datasette.utils import tilde_encode  # type: ignore[import-untyped]  # ships no types
from datasette.utils.asgi import Base400, NotFound, Request, Response  # type: ignore[import-untyped]  # ships no types
from datasette.views.base import DatasetteError  # type: ignore[import-untyped]  # ships no types
from pluggy import HookimplMarker

__all__ = [
    "Base400",
    "Database",
    "Datasette",
    "DatasetteError",
    "NotFound",
    "Request",
    "Response",
    "hookimpl",
    "plugin_manager",
    "tilde_encode",
]

hookimpl = HookimplMarker("datasette")
