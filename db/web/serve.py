"""A database file and an archive in, a site on one address out, until it is told to stop."""

import ipaddress
import socket
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

import uvicorn

from db.errors import DesertersError
from db.reviews import Reviews
from db.schema import is_behind
from db.store import Store
from db.web.public import Public
from db.web.sharing import Sharing
from db.web.site import Site

_FIRST = "`deserters crawl` fills one, `make demo` shows the site with reports of our own"
_OPEN = "Whoever can reach this address can read all of it; with `require_login = true` only people who sign in can"


def create_app(db: Path, archive: Path, *, local: bool = True, sharing: Sharing | None = None) -> Site:
    """The site over the live file ``db``; ``local`` allows SQL of one's own and downloads.

    A file of an earlier version is brought up to date first; where people can sign in, the file of reviews is made.

    Raises:
        DesertersError: there is no such file, it is no database of this program, or reviews could not be kept.
    """
    _check(db)
    site = Site(db, archive, local=local, sharing=sharing)
    if site.sharing.has_people:
        with Reviews(site.reviews):
            pass
    return site


def create_public(public: Public, *, local: bool = True) -> Site:
    """The site over a public edition, which nobody can write to.

    Raises:
        DesertersError: it was made by an earlier version of this program.
    """
    file = public.edition.database
    if is_behind(file):
        raise DesertersError(f"{file.parent}: was made by an earlier version; publish it anew")
    return Site(file, file.parent, local=local, public=public)


def serve(db: Path, archive: Path, host: str, port: int, sharing: Sharing | None = None) -> None:
    """Listen on ``host`` and ``port``, say where, and serve until interrupted.

    Raises:
        DesertersError: the database cannot be served, or the address cannot be listened on.
    """
    site = create_app(db, archive, local=is_loopback(host), sharing=sharing)
    _run(site, str(db), host, port)


def serve_public(public: Public, host: str, port: int) -> None:
    """The same for a public edition.

    Raises:
        DesertersError: the edition cannot be served, or the address cannot be listened on.
    """
    site = create_public(public, local=is_loopback(host))
    _run(site, f"the public edition {public.edition.database.parent}", host, port)


def _run(site: Site, what: str, host: str, port: int) -> None:
    with closing(_listen(host, port)) as listener:
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"Serving {what} at http://{shown}:{listener.getsockname()[1]}/ (Ctrl+C ends it)\n")
        if not (site.local or site.public or site.sharing.require_login):
            sys.stdout.write(f"{_OPEN}\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            site.app(), log_level="warning", access_log=False, server_header=False,
            proxy_headers=False,  # else the address of who asks would be what a header says, not who sent it
        )  # fmt: skip
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def is_loopback(host: str) -> bool:
    """Whether ``host`` (a name or an address) can be reached from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(db: Path) -> None:
    if not db.is_file() or db.stat().st_size == 0:
        raise DesertersError(f"{db}: there is no database yet; {_FIRST}")
    try:
        with closing(sqlite3.connect(f"{db.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name='reports'").fetchone()
    except sqlite3.DatabaseError as error:
        raise DesertersError(f"{db}: cannot be read as a database: {error}; {_FIRST}") from error
    if not known:
        raise DesertersError(f"{db}: has no reports table; {_FIRST}")
    if is_behind(db):
        with Store(db, holder="deserters serve"):  # brings the file to the shape that the pages read
            pass


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        raise DesertersError(
            f"{host}:{port}: cannot listen there: {error.strerror or error}; another port: --port"
        ) from error
    return listener
