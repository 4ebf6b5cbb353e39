"""A number counts what its own clause says it counts; a decision is about its own people, day and court."""

from datetime import date

import pytest

from db.model import DecisionKind, FigureType
from tests.crawler.test_facts import found


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The units lost soldiers aged 18 to 45.", "en"),
        ("Deserters between the ages of 18 and 45 fled.", "en"),
        ("Солдаты в возрасте от 18 до 45 дезертировали.", "ru"),
        ("Soldaten im Alter von 18 bis 45 sind desertiert.", "de"),
        ("Des déserteurs âgés de 18 à 45 ans ont fui.", "fr"),
        ("Приказ № 1495 о дезертирах подписан.", "ru"),
        ("Солдаты воинской части 54321 дезертировали.", "ru"),
        ("Order No. 1495 on deserters was signed.", "en"),
        ("Der Befehl Nr. 1495 über Deserteure.", "de"),
        ("Im Mai verurteilte das Gericht 3 Deserteure der 64. Brigade.", "de"),
        ("Это двадцать первое дело о дезертирстве.", "ru"),
        ("It was the ninety-first case of desertion.", "en"),
        ("The deserter was questioned three times.", "en"),
        ("Дезертира допрашивали более трёх раз.", "ru"),
        ("Der Deserteur wurde 3 mal verhört.", "de"),
    ],
)
def test_ages_numbers_of_orders_ordinals_and_repetitions_are_no_figures(text: str, language: str) -> None:
    assert found(text, language).figures == ()


@pytest.mark.parametrize(
    ("text", "language", "quote"),
    [
        ("There were three times more deserters in 2024.", "en", "three times"),
        ("Число дел выросло более чем в три раза.", "ru", "три раза"),
        ("Es waren 3 mal mehr Fälle.", "de", "3 mal"),
        ("Dezerterów jest trzy razy więcej.", "pl", "trzy razy"),
        ("Hay tres veces más desertores.", "es", "tres veces"),
    ],
)
def test_times_are_a_ratio_beside_a_word_that_compares(text: str, language: str, quote: str) -> None:
    assert [(each.type, each.evidence.quote) for each in found(text, language).figures] == [(FigureType.RATIO, quote)]


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        (
            "Germany received 1,200 asylum applications from deserters; 98 were granted.",
            "en",
            [(FigureType.ASYLUM_CLAIMS, 1200), (FigureType.GRANTS, 98)],
        ),
        (
            "Germany received 1,200 asylum applications from deserters, 98 were refused.",
            "en",
            [(FigureType.ASYLUM_CLAIMS, 1200), (FigureType.REFUSALS, 98)],
        ),
        (
            "Германия получила 1200 ходатайств об убежище от дезертиров; 98 удовлетворили.",
            "ru",
            [(FigureType.ASYLUM_CLAIMS, 1200), (FigureType.GRANTS, 98)],
        ),
        (
            "Courts received 3,211 cases of AWOL, 405 of desertion and 210 of failure to obey.",
            "en",
            [(FigureType.ABSENCE_CASES, 3211), (FigureType.ABSENCE_CASES, 405), (FigureType.ABSENCE_CASES, 210)],
        ),
        (
            "Das BAMF lehnte 2024 1.123 von 1.906 Anträgen ab.",
            "de",
            [(FigureType.REFUSALS, 1123), (FigureType.ASYLUM_CLAIMS, 1906)],
        ),
        ("Every month 200 to 250 soldiers ask Idite Lesom for help.", "en", [(FigureType.REQUESTS_FOR_HELP, 200)]),
    ],
)
def test_a_deed_belongs_to_the_number_in_its_own_clause(
    text: str, language: str, told: list[tuple[FigureType, float]]
) -> None:
    assert [(each.type, each.low) for each in found(text, language).figures] == told


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Im ersten Halbjahr 2025 waren es 4.873 Verfahren; 2024 waren es 10.308.", 2024),
        ("Das BAMF lehnte 2024 1.123 Anträge ab.", 2024),
    ],
)
def test_a_year_without_a_word_of_time_is_a_period(text: str, year: int) -> None:
    assert found(text, "de").figures[-1].starts == date(year, 1, 1)


def test_two_numbers_joined_by_to_are_a_range() -> None:
    (figure,) = found("Prosecutors opened 300 to 400 cases of desertion a month.").figures
    assert (figure.low, figure.high, figure.evidence.quote) == (300, 400, "300 to 400")


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("Франция выдала визы шестерым российским дезертирам.", "ru", [(DecisionKind.VISA, "fr", 6)]),
        ("Deutschland hat dem Deserteur kein Asyl gewährt.", "de", [(DecisionKind.REFUSED, "de", None)]),
        ("Deutschland gewährt russischen Deserteuren kein Asyl.", "de", [(DecisionKind.REFUSED, "de", None)]),
        ("Er hat kein Asyl beantragt.", "de", []),
        ("Dem Deserteur wurde in Finnland Asyl verweigert.", "de", [(DecisionKind.REFUSED, "fi", None)]),
        (
            "Finland detained the deserter after refusing him asylum.",
            "en",
            [(DecisionKind.REFUSED, "fi", None), (DecisionKind.DETAINED, "fi", None)],
        ),
        ("Un tercio de los desertores solicitó asilo en Francia.", "es", [(DecisionKind.CLAIMED, "fr", None)]),
        (
            "Nederland weigert asiel aan Russische deserteur; in 2024 vroegen 120 Russische deserteurs asiel aan.",
            "nl",
            [(DecisionKind.CLAIMED, "nl", 120), (DecisionKind.REFUSED, "nl", None)],
        ),
        (
            "Germany and France each recognised 14 men as refugees, Finland 6.",
            "en",
            [(DecisionKind.GRANTED, "de", 14), (DecisionKind.GRANTED, "fi", 6), (DecisionKind.GRANTED, "fr", 14)],
        ),
        (
            "La France a accordé l’asile à 14 déserteurs, la Finlande 6.",
            "fr",
            [(DecisionKind.GRANTED, "fi", 6), (DecisionKind.GRANTED, "fr", 14)],
        ),
        (
            "Das BAMF lehnte 2024 1.123 von 1.906 Anträgen russischer Deserteure ab.",
            "de",
            [(DecisionKind.REFUSED, "de", 1123)],
        ),
    ],
)
def test_a_decision_is_about_its_own_number_of_people(
    text: str, language: str, told: list[tuple[DecisionKind, str, int | None]]
) -> None:
    decided = [(each.kind, each.country, each.people) for each in found(text, language).decisions]
    assert sorted(decided, key=str) == sorted(told, key=str)


@pytest.mark.parametrize(
    ("text", "language", "term"),
    [
        ("The court sentenced the 24-year-old to 7 years and 6 months.", "en", "7 years and 6 months"),
        ("В марте 2025 года суд приговорил 24-летнего Ивана к 7 годам и 6 месяцам.", "ru", "7 годам и 6 месяцам"),
        ("Суд приговорил мужчину в возрасте 24 лет к 7 годам колонии.", "ru", "7 годам"),
        ("Le tribunal a condamné le déserteur âgé de 24 ans à 7 ans de prison.", "fr", "7 ans"),
    ],
)
def test_a_term_is_no_age_and_no_year(text: str, language: str, term: str) -> None:
    assert [each.sentence for each in found(text, language).decisions] == [term]


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("On 3 March 2025 the court sentenced a deserter.", "en", date(2025, 3, 3)),
        ("Kazakhstan detained a Russian deserter on March 3, 2025.", "en", date(2025, 3, 3)),
        ("On 3 March the court sentenced a deserter.", "en", date(2026, 3, 3)),
        ("3 марта 2025 года суд приговорил дезертира.", "ru", date(2025, 3, 3)),
        ("Das Gericht verurteilte den Deserteur am 3. März 2025.", "de", date(2025, 3, 3)),
    ],
)
def test_a_decision_has_its_day(text: str, language: str, day: date) -> None:
    assert {each.decided_on for each in found(text, language).decisions} == {day}


@pytest.mark.parametrize(
    ("text", "language", "court"),
    [
        ("Приговорён Читинским гарнизонным военным судом Олег Пирин.", "ru", "Читинским гарнизонным военным судом"),
        ("Das Amtsgericht Berlin Tiergarten verurteilte den Deserteur.", "de", "Amtsgericht Berlin Tiergarten"),
    ],
)
def test_a_court_does_not_run_on_into_a_name(text: str, language: str, court: str) -> None:
    assert [each.decided_by for each in found(text, language).decisions] == [court]
