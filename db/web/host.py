"""The one door to Datasette, which ships no types: its names in, the same names out."""

import asgi_csrf  # type: ignore[import-untyped]  # ships no types
from datasette.app import Datasette  # type: ignore[import-untyped]  # ships no types
from datasette.database import Database, QueryInterrupted  # type: ignore[import-untyped]  # ships no types
from datasette.facets import ArrayFacet, ColumnFacet, DateFacet  # type: ignore[import-untyped]  # ships no types
from datasette.plugins import pm as plugin_manager  # type: ignore[import-untyped]  # ships no types
from datasette.renderer import json_renderer  # type: ignore[import-untyped]  # ships no types
from datasette.utils import (  # type: ignore[import-untyped]  # ships no types
    escape_sqlite,
    path_with_added_args,
    path_with_removed_args,
    tilde_encode,
)
from datasette.utils.asgi import Base400, NotFound, Request, Response  # type: ignore[import-untyped]  # ships no types
from datasette.views.base import DatasetteError  # type: ignore[import-untyped]  # ships no types
from datasette.views.database import DatabaseView  # type: ignore[import-untyped]  # ships no types
from datasette.views.table import TableView  # type: ignore[import-untyped]  # ships no types
from datasette_auth_passwords.utils import (  # type: ignore[import-untyped]  # ships no types
    hash_password,
    verify_password,
)
from itsdangerous import BadSignature
from pluggy import HookimplMarker

__all__ = [
    "CSRF_WORDS",
    "ArrayFacet",
    "BadSignature",
    "Base400",
    "ColumnFacet",
    "Database",
    "DatabaseView",
    "Datasette",
    "DatasetteError",
    "DateFacet",
    "NotFound",
    "QueryInterrupted",
    "Request",
    "Response",
    "TableView",
    "escape_sqlite",
    "hash_password",
    "hookimpl",
    "json_renderer",
    "path_with_added_args",
    "path_with_removed_args",
    "plugin_manager",
    "tilde_encode",
    "verify_password",
]

hookimpl = HookimplMarker("datasette")
CSRF_WORDS = frozenset(asgi_csrf.error_messages.values())  # all that it says of a form that it refuses
