"""What went wrong while a page was made in; status, title and plain words for the visitor out."""

import sqlite3
from pathlib import Path
from traceback import walk_tb

from db.web.host import Base400, DatasetteError

_OURS = str(Path(__file__).parent)
_SLOW = "The query took longer than this site allows. Narrow it, or ask for fewer rows."
_STUMBLES = (ValueError, LookupError, AttributeError, AssertionError)  # what Datasette makes of an odd address
_ODD = "This address asks for something that cannot be read. Look at what stands behind its question mark."


def told(exception: Exception) -> tuple[int, str, str]:
    """Status, title and message; of a bug nothing but that there is one."""
    if isinstance(exception, Base400):
        message = str(exception.args[0]) if exception.args else ""
        return exception.status, "Not found" if exception.status == 404 else "", message
    if isinstance(exception, DatasetteError):  # its 500 are mistakes in the address too
        plain = _SLOW if exception.message_is_html else exception.message
        return 400 if exception.status == 500 else exception.status, exception.title or "", str(plain)
    if isinstance(exception, sqlite3.OperationalError):
        message = _SLOW if str(exception) == "interrupted" else str(exception)
        return 400, "The database did not understand this", message
    if isinstance(exception, _STUMBLES) and _is_of_the_address(exception):
        return 400, "", _ODD
    return 500, "Something went wrong", "This page could not be made. The server's log says more."


def _is_of_the_address(exception: Exception) -> bool:
    """Whether Datasette failed while it read an address or a method that it did not expect, and no code of ours."""
    last = ""
    for frame, _ in walk_tb(exception.__traceback__):
        name, file = str(frame.f_globals.get("__name__")), frame.f_code.co_filename
        if name.startswith("datasette.") or file.startswith(_OURS):
            last = "" if file.startswith(_OURS) else name
    return bool(last)
