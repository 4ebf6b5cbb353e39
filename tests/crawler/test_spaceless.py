"""Japanese and Chinese are written without spaces; their facts are found all the same."""

import pytest

from crawler import facts
from db.model import DecisionKind, FigureType
from tests import factory


@pytest.mark.parametrize(
    ("text", "language", "figures", "decisions"),
    [
        (
            "メディアゾナによると、ロシア軍の脱走兵は2024年に1万人を超えた。",
            "ja",
            [(FigureType.DESERTERS, 10_000)],
            [],
        ),
        ("フランスはロシアの脱走兵6人に人道ビザを発給した。", "ja", [], [(DecisionKind.VISA, "fr", 6)]),
        (
            "裁判所は脱走兵に懲役7年の判決を言い渡した。",
            "ja",
            [(FigureType.PRISON_YEARS, 7)],
            [(DecisionKind.SENTENCED, "ru", None)],
        ),
        ("2024年俄罗斯法院审理了超过一万起擅离部队案件。", "zh", [(FigureType.ABSENCE_CASES, 10_000)], []),
        (
            "2023年有1200名俄罗斯士兵在德国申请庇护。",
            "zh",
            [(FigureType.ASYLUM_CLAIMS, 1200)],
            [(DecisionKind.CLAIMED, "de", 1200)],
        ),
    ],
)
def test_a_text_without_spaces_is_cut_into_its_words(
    text: str,
    language: str,
    figures: list[tuple[FigureType, int]],
    decisions: list[tuple[DecisionKind, str, int | None]],
) -> None:
    told = facts.find(factory.article(text=text, language=language))
    assert [(each.type, each.low) for each in told.figures] == figures
    assert [(each.kind, each.country, each.people) for each in told.decisions] == decisions
