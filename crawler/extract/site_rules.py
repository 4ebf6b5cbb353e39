"""A parsed page and its source's dated rules in, the main text that the rule of the page's day finds out.

Sites change their templates; a rule says until when it holds, so that archived pages of any time parse as they were.
"""

from copy import deepcopy
from datetime import date

from lxml import html

from crawler.extract import dates
from crawler.extract.content import paragraphs
from crawler.extract.document import Document
from db.model import Capture, Rule


def text_of(document: Document, rules: tuple[Rule, ...], capture: Capture) -> str:
    """The text that the rule of the page's day finds; empty where there is no such rule or it finds nothing."""
    if not rules:
        return ""
    dated = dates.published(document, capture.offer.published_at, capture.fetched_at, "")
    rule = rule_of(rules, dated.day or capture.fetched_at.date())
    return _text(document, rule) if rule else ""


def rule_of(rules: tuple[Rule, ...], day: date) -> Rule | None:
    """The rule that held on ``day``: of those not ended by then the one that ends first; one without an end is last."""
    open_ones = [rule for rule in rules if rule.until is None or rule.until >= day]
    return min(open_ones, key=lambda rule: rule.until or date.max, default=None)


def _text(document: Document, rule: Rule) -> str:
    tree = deepcopy(document.tree)
    for path in rule.drop:
        for element in _elements(tree, path):
            element.drop_tree()
    blocks = [block for root in _elements(tree, rule.body) for block in _blocks(root)]
    return paragraphs("\n".join(blocks))


def _elements(tree: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    found = tree.xpath(path)
    return [one for one in found if isinstance(one, html.HtmlElement)] if isinstance(found, list) else []


def _blocks(root: html.HtmlElement) -> list[str]:
    """The text of each paragraph, heading and list item below ``root``; of ``root`` itself where it has none."""
    inner = [one for one in root.iter("p", "h2", "h3", "h4", "li", "blockquote") if one is not root]
    return [" ".join("".join(one.itertext()).split()) for one in (inner or [root])]
