"""A Datasette over one live database file and its archive: what every page of the site is made with."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path
from time import monotonic
from typing import Any

from db.web import metadata
from db.web.attempts import Attempts
from db.web.counting import Live
from db.web.downloads import Limits
from db.web.host import Database, Datasette, plugin_manager
from db.web.longwords import soften
from db.web.people import Door
from db.web.public import MOST_ROWS, Public
from db.web.sharing import Sharing

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_REPLACED = (  # ours takes their place
    "datasette.handle_exception",  # prints every 404 with all local variables
    "datasette.facets",  # counts all rows, however many, or gives up
    "datasette.actor_auth_cookie",  # takes a cookie for good, whatever became of the person or the password
    "auth_passwords",  # takes a password with every request and lets anyone try as often as they like
)
_FILES_AT_ONCE = 2  # files of rows and case bundles that are being made
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

    Only then may visitors write SQL of their own and download the whole file. Of a ``public`` edition the file never
    changes, nobody may write SQL, and no captures are shown.
    """

    def __init__(
        self,
        database: Path,
        archive: Path,
        *,
        local: bool,
        sharing: Sharing | None = None,
        public: Public | None = None,
    ) -> None:
        self.archive, self.local, self.file, self.public = archive, local, database, public
        self.sharing = sharing or Sharing()
        self.reviews = self.sharing.reviews or database.with_name("reviews.db")
        self.door, self.attempts = Door(self.sharing), Attempts(monotonic)
        self.limits = Limits(rows=MOST_ROWS) if public else Limits()
        self.turns = asyncio.Semaphore(_FILES_AT_ONCE)
        self.style_version = hashlib.sha256((_STATIC / "site.css").read_bytes()).hexdigest()[:8]
        super().__init__(
            metadata=dict(public.edition.metadata) if public else metadata.load(),
            inspect_data=public.edition.inspect if public else None,
            template_dir=str(_HERE / "templates"),
            plugins_dir=str(_HERE / "plugins"),
            static_mounts=[("static", str(_STATIC))],
            settings={**SETTINGS, **_allowed(public, local=local)},
            secret=self.sharing.secret or None,
        )
        self.remove_database("_memory")
        self.add_database(Live(self, path=str(database), is_mutable=public is None), name=metadata.DATABASE)
        for name in filter(plugin_manager.has_plugin, _REPLACED):
            plugin_manager.unregister(name=name)

    @property
    def database(self) -> Database:
        """The one database."""
        return self.get_database(metadata.DATABASE)

    @property
    def contact(self) -> str:
        """Whom visitors may write to; empty where the operator has told nobody."""
        return (self.public or self.sharing).contact

    async def render_template(self, *given: Any, **named: Any) -> str:
        """The page that a template makes, in which no word is too long for a browser."""
        return soften(await super().render_template(*given, **named))

    def connection(self) -> sqlite3.Connection:
        """A connection for one long reading that can only read; whoever asks for it closes it."""
        uri = f"{self.file.resolve().as_uri()}?{'immutable=1' if self.public else 'mode=ro'}"
        opened = sqlite3.connect(uri, uri=True, timeout=30, check_same_thread=False)
        self._prepare_connection(opened, metadata.DATABASE)
        return opened


def _allowed(public: Public | None, *, local: bool) -> dict[str, bool]:
    if public:
        return {"default_allow_sql": False, "allow_download": public.whole_file}
    return {"default_allow_sql": local, "allow_download": local}
