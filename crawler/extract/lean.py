"""trafilatura, imported without the detector of languages that it takes along, and with that numpy: 20 MB, not used.

Whatever of the project needs trafilatura imports it from here. It finds the same in a page as where it is shipped, but
sooner: of each element of a page lxml asks functions of Python, and most of these questions are spared.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from lxml import html
from lxml.etree import ElementDefaultClassLookup, XPath

_TEST = re.compile(r"re:test\(@(\w+), *'([^']*)'")
_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
_ON_EVERY_PAGE = (
    "BASIC_CLEAN_XPATH", "BODY_XPATH", "OVERALL_DISCARD_XPATH", "RAW_TREE_PRUNE_XPATH",
    "REMOVE_COMMENTS_AND_LISTS_XPATH",
)  # fmt: skip


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


def quicker(path: XPath) -> XPath:
    """``path``, but that its regular expressions are asked only about attributes that are there, and given plain text.

    As it stands, a missing attribute is an empty text, and each other one an object that knows its element.
    """
    return XPath(_TEST.sub(_spared, path.path), namespaces=_NAMESPACES)


def _spared(test: re.Match[str]) -> str:
    name, rule = test.groups()
    return test[0] if re.search(rule, "") else f"@{name} and re:test(string(@{name}), '{rule}'"


def _quicken() -> None:
    for module in map(import_module, ("trafilatura.xpaths", "trafilatura.baseline")):
        for name in vars(module).keys() & {*_ON_EVERY_PAGE}:
            paths = getattr(module, name)
            if isinstance(paths, list):  # which other modules have as well
                paths[:] = map(quicker, paths)
            else:
                setattr(module, name, quicker(paths))
    kinds = (html.HtmlElement, html.HtmlComment, html.HtmlProcessingInstruction, html.HtmlEntity)
    page: Any = load_html("<html><p>Its parser is that of all pages.</p></html>")
    # in place of a function, which has classes of their own for the fields of forms: no extractor reads these
    page.getroottree().parser.set_element_class_lookup(ElementDefaultClassLookup(*kinds))


_quicken()
