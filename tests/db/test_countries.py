"""A country is named by what a report decides as well, for the search and for the numbers of places alike."""

from dataclasses import replace
from pathlib import Path

import pytest

from db.model import Decision, DecisionKind, Evidence, Facts
from db.store import Store
from tests import factory
from tests.db.web_browser import Visitor


@pytest.mark.parametrize(("certainty", "count"), [(0.9, 1), (0.6, 0)])
def test_a_sure_decision_names_its_country_though_no_mention_does(tmp_path: Path, certainty: float, count: int) -> None:
    made = factory.analysis()
    quote = Evidence(start=0, end=8, quote=made.article.text[:8])
    decision = Decision(evidence=quote, kind=DecisionKind.REFUSED, country="kz", certainty=certainty)
    file = tmp_path / "deserters.db"
    with Store(file, holder="test") as store:
        store.save(replace(made, facts=Facts(decisions=(decision,))), page="a", report="a")
    with Visitor(file, tmp_path) as visitor:
        assert ("1 report<" in visitor.page("/search?q=country:kz")) == bool(count)
        assert ("<strong>Kazakhstan</strong>" in visitor.page("/places")) == bool(count)
