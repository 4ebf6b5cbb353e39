"""A Datasette over one live database file and its archive: what every page of the site is made with."""

import hashlib
from pathlib import Path

from db.web import metadata
from db.web.host import Database, Datasette, plugin_manager

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_STOCK_ERRORS = "datasette.handle_exception"  # prints every 404 with all local variables; ours takes its place
SETTINGS = {
    "suggest_facets": False,
    "facet_time_limit_ms": 1500,
    "sql_time_limit_ms": 2000,
    "max_returned_rows": 1000,
    "truncate_cells_html": 300,
    "default_page_size": 50,
    "default_facet_size": 15,
    "num_sql_threads": 3,
    "allow_csv_stream": True,
    "default_cache_ttl": 0,
    "trace_debug": False,
    "template_debug": False,
}


class Site(Datasette):  # type: ignore[misc]  # Datasette ships no types
    """Serves ``database`` under the name ``deserters``; ``local`` says that only this machine can reach it.

    Only then may visitors write SQL of their own and download the whole file.
    """

    def __init__(self, database: Path, archive: Path, *, local: bool) -> None:
        self.archive, self.local, self.file = archive, local, database
        self.style_version = hashlib.sha256((_STATIC / "site.css").read_bytes()).hexdigest()[:8]
        super().__init__(
            metadata=metadata.load(),
            template_dir=str(_HERE / "templates"),
            plugins_dir=str(_HERE / "plugins"),
            static_mounts=[("static", str(_STATIC))],
            settings={**SETTINGS, "default_allow_sql": local, "allow_download": local},
        )
        self.remove_database("_memory")
        self.add_database(Database(self, path=str(database), is_mutable=True), name=metadata.DATABASE)
        if plugin_manager.has_plugin(_STOCK_ERRORS):
            plugin_manager.unregister(name=_STOCK_ERRORS)

    @property
    def database(self) -> Database:
        """The one database."""
        return self.get_database(metadata.DATABASE)
