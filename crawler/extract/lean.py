"""trafilatura, imported without the detector of languages that it takes along, and with that numpy: 20 MB, not used.

Whatever of the project needs trafilatura imports it from here.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Let an optional package look as if it were not installed; not where it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # the documented way to make an import fail
    try:
        yield
    finally:
        del sys.modules[name]


with _without("py3langid"):
    from trafilatura import bare_extraction, external, load_html

__all__ = ["bare_extraction", "external", "load_html"]
