"""Whom a text names is public only where it makes them so; those who fled, and where they are, are not shown."""

from datetime import date

import pytest

from crawler import facts
from db.model import Facts, MentionKind
from tests import factory


def found(text: str, language: str) -> Facts:
    return facts.find(factory.article(text=text, language=language, published_on=date(2026, 6, 15)))


def shown(told: Facts) -> set[str]:
    return {each.name for each in told.mentions if each.kind in {MentionKind.PERSON, MentionKind.CITY}}


def hidden(told: Facts) -> set[str]:
    return {each.name for each in told.protected}


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("The deserter, former lawyer Pavel Orlov, told AFP he lives in Bishkek.", "en", {"Pavel Orlov", "Bishkek"}),
        (
            "Дезертир, бывший юрист Павел Орлов, рассказал «Медузе», что живёт в Бишкеке.",
            "ru",
            {"Pavel Orlov", "Bishkek"},
        ),
        ("Der frühere Anwalt Pawel Orlow desertierte und lebt in Leipzig.", "de", {"Pawel Orlow", "Leipzig"}),
        ("El desertor y ex abogado Pavel Orlov vive en Valencia.", "es", {"Pavel Orlov", "Valencia"}),
        ("Dezerter, były prawnik Paweł Orłow, mieszka w Łodzi.", "pl", {"Pawel Orlow", "Łódź"}),
        ("Le déserteur, ancien directeur d'école Pavel Orlov, vit à Lyon.", "fr", {"Pavel Orlov", "Lyon"}),
        (
            "Sergeant Ivan Petrov, spokesman for his squad of deserters, hides in Almaty.",
            "en",
            {"Ivan Petrov", "Almaty"},
        ),
        (
            "Captain Dmitry Sokolov deserted and settled in Lyon with director Marie Dupont, his wife.",
            "en",
            {"Dmitry Sokolov", "Marie Dupont", "Lyon"},
        ),
        ("დეზერტირი ალექსი თბილისში ცხოვრობს დედასთან ერთად.", "ka", {"aleksi", "Tbilisi"}),
    ],
)
def test_what_he_was_before_makes_no_deserter_public(text: str, language: str, names: set[str]) -> None:
    told = found(text, language)
    assert names <= hidden(told)
    assert not shown(told) & names


def test_where_a_convict_lives_is_hidden_though_his_name_is_not() -> None:
    told = found("Заочно осуждённый судом Олег Пирин живёт в Батуми с женой Дарьей.", "ru")
    assert "Oleg Pirin" in shown(told)
    assert "Batumi" in hidden(told) - shown(told)


def test_a_court_is_no_convict() -> None:
    told = found("Kirov garrison court sentenced a soldier to seven years.", "en")
    assert not [each for each in (*told.mentions, *told.protected) if each.kind is MentionKind.PERSON]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Гри́горий Свердлин рассказал AFP, что 300 солдат обратились за помощью.", "ru"),
        ("Grigory Sverdlin said 300 soldiers had asked for help.", "en"),
        ("Grigori Swerdlin sagte, 300 Soldaten hätten um Hilfe gebeten.", "de"),
    ],
)
def test_a_known_speaker_needs_no_title_and_has_one_spelling(text: str, language: str) -> None:
    told = found(text, language)
    assert shown(told) == {"Grigory Sverdlin"}
    assert [(each.low, each.speaker) for each in told.figures] == [(300, "Grigory Sverdlin")]


def test_a_lawyer_whose_client_fled_is_public() -> None:
    told = found("His lawyer Anna Petrova said that her client deserted in May.", "en")
    assert shown(told) == {"Anna Petrova"}


def test_places_have_the_role_of_their_own_clause() -> None:
    text = "He fled from Russia through Kazakhstan to Germany, where he asked for asylum; he now lives in France."
    roles = {each.country: each.role for each in found(text, "en").mentions if each.kind is MentionKind.COUNTRY}
    assert roles == {"ru": "fled from", "kz": "passed through", "de": "asks asylum in", "fr": "is in"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("France gave visas to six Russian deserters.", "France gave visas to eight Russian deserters."),
        ("Courts passed 10,308 verdicts for desertion in 2024.", "Courts passed 10,308 verdicts for it in 2023."),
        (
            "The Kirov garrison court sentenced him to seven years under part 5 of Article 337.",
            "The Kirov garrison court sentenced him to seven years under Article 338.",
        ),
    ],
)  # fmt: skip
def test_another_number_of_people_another_period_and_another_article_are_changes(old: str, new: str) -> None:
    assert len(facts.changes(found(old, "en"), found(new, "en"))) == 1
    assert facts.changes(found(old, "en"), found(f"{old} That is all.", "en")) == []
