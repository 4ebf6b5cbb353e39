"""trafilatura as we import it: quicker paths that find what its own find, and every element of one class."""

import re
import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from lxml.etree import XPath
from trafilatura import settings as shipped
from trafilatura import xpaths

from crawler.extract import lean


def fresh(name: str) -> ModuleType:
    """The module as it is shipped, once more and for nobody else."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PATHS = [
    path
    for paths in vars(fresh("trafilatura.xpaths")).values()
    if isinstance(paths, list)
    for path in paths
    if isinstance(path, XPath)
] + [shipped.BASIC_CLEAN_XPATH]
WORDS = sorted(
    {word for path in PATHS for word in re.findall(r"[A-Za-z_-]{4,}", path.path)} | {" ", "", "^", "Ad-", "x"}
)
VALUES = st.lists(st.sampled_from(WORDS), max_size=3).map("".join)
ATTRIBUTES = st.dictionaries(st.sampled_from(["class", "id", "role", "style", "itemprop"]), VALUES, max_size=3)
TAGS = st.sampled_from(["div", "section", "p", "span", "aside", "article", "ul", "list", "details", "a"])
Page = tuple[str, dict[str, str], list[Any]]
PAGES: st.SearchStrategy[Page] = st.recursive(
    st.tuples(TAGS, ATTRIBUTES, st.just([])),
    lambda inner: st.tuples(TAGS, ATTRIBUTES, st.lists(inner, max_size=4)),
    max_leaves=12,
)


def built(page: Page) -> html.HtmlElement:
    tag, attributes, inner = page
    element = html.Element(tag, attributes)
    element.extend(map(built, inner))
    return element


@settings(max_examples=300)
@given(PAGES)
def test_quicker_paths_find_what_the_shipped_ones_find(page: Page) -> None:
    tree = html.Element("body")
    tree.append(built(page))
    for path in PATHS:
        assert lean.quicker(path)(tree) == path(tree), path.path


def test_trafilatura_searches_with_the_quicker_paths() -> None:
    cleaning = sys.modules["trafilatura.baseline"].BASIC_CLEAN_XPATH
    for path in (cleaning, *xpaths.BODY_XPATH, *xpaths.OVERALL_DISCARD_XPATH, *xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH):
        assert "re:test(@class," not in path.path
    assert "re:test(string(@class)," in cleaning.path


@pytest.mark.parametrize("rule", ["a*", "^$", "x|"])
def test_a_rule_that_an_empty_text_meets_is_asked_about_every_element(rule: str) -> None:
    path = XPath(f".//*[re:test(@class, '{rule}')]", namespaces={"re": "http://exslt.org/regular-expressions"})
    assert lean.quicker(path).path == path.path


def test_elements_of_a_page_are_of_one_class() -> None:
    tree = lean.load_html("<html><body><form><input><select><label>Name</label></select></form><p>It</p></body></html>")
    assert tree is not None
    assert {type(element) for element in tree.iter()} == {html.HtmlElement}
