"""What the commands of the command line have in common: options, consoles, exit codes, errors in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperCommand

from crawler.errors import ConfigurationError, DesertersError, HandwrittenError

NOTHING_DONE = 1
WRONG_USE = 2

out = Console()
err = Console(stderr=True)

ConfigOption = Annotated[Path | None, typer.Option("--config", help="Configuration file (default: ./deserters.toml).")]
DbOption = Annotated[Path | None, typer.Option("--db", help="The SQLite file (default: deserters.db).")]
ArchiveOption = Annotated[Path | None, typer.Option("--archive", help="Folder of the WARC files (default: archive).")]
SourcesOption = Annotated[
    Path | None, typer.Option("--sources", help="Folder of the watch list (default: the shipped one).")
]
PrivateOption = Annotated[
    bool | None, typer.Option("--allow-private/--no-allow-private", help="Also ask private and loopback addresses.")
]


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what this project raises on purpose into one line and an exit code."""
    try:
        yield
    except (ConfigurationError, HandwrittenError) as error:
        err.print(f"deserters: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_USE) from error
    except DesertersError as error:
        err.print(f"deserters: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(NOTHING_DONE) from error


class OwnArchive(TyperCommand):
    """A command that takes ``--archive`` with a folder, as all do, and alone as well: then it is ``--own``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        pairs = pairwise([*args, "--"])
        return super().parse_args(ctx, ["--own" if one == "--archive" and _is_option(to) else one for one, to in pairs])


def _is_option(word: str) -> bool:
    return word.startswith("--")
