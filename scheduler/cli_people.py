"""A name and a password in, the line of the configuration that lets this person sign in out."""

import json
import sys
from typing import Annotated

import typer

from crawler.errors import ConfigurationError
from db.web.sharing import may_be_called
from scheduler.options import err, plainly

_SHORTEST = 10


def password(name: Annotated[str, typer.Argument(help="How the person is called here.")]) -> None:
    """Ask for a password twice, or read it from the input, and print the line of deserters.toml for NAME."""
    from db.web import people  # noqa: PLC0415  # it brings Datasette along

    with plainly():
        if not may_be_called(name) or "=" in name:
            raise ConfigurationError(f"{name!r} cannot be a name here: at most 64 letters, no =, and not root")
        if sys.stdin.isatty():
            typed = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
        else:
            typed = sys.stdin.readline().rstrip("\r\n")
        if len(typed) < _SHORTEST:
            raise ConfigurationError(f"a password needs {_SHORTEST} characters or more; some words in a row are good")
        typer.echo(f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(people.hashed(typed))}")
        told = "Put this line below [people] in deserters.toml; the server reads it when it starts."
        err.print(told, style="dim", markup=False)
