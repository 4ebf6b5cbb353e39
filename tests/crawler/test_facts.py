"""Facts are found with their words, in many languages; what only looks like one is left alone."""

from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from crawler import facts, languages, topics
from db.model import DecisionKind, Facts, FigureType, MentionKind
from tests import factory


def found(text: str, language: str = "en", published: str = "2026-04-12", home: str = "") -> Facts:
    article = factory.article(text=text, language=language, published_on=date.fromisoformat(published))
    return facts.find(article, home)


@pytest.mark.parametrize(
    ("text", "language", "quote", "bounds", "kind"),
    [
        ("Courts received more than 7,300 cases of desertion.", "en", "more than 7,300", (7300, None), "absence-cases"),
        ("One third of the deserters were officers.", "en", "One third", (33.3, 33.3), "share"),
        ("The number of cases has grown sixfold since 2022.", "en", "sixfold", (6, 6), "ratio"),
        ("Солдату грозит от 5 до 7 лет колонии.", "ru", "от 5 до 7", (5, 7), "prison-years"),
        (
            "Rosję opuściło co najmniej 250 tys. poborowych.",
            "pl",
            "co najmniej 250 tys.",
            (250_000, None),
            "people-fled",
        ),
        ("Fast 8.000 Soldaten sind desertiert.", "de", "Fast 8.000", (8000, 8000), "deserters"),
        ("France refused 120 applications for asylum.", "en", "120", (120, 120), "refusals"),
        ("Hotline волонтёров: за месяц обратились 1 250 солдат.", "ru", "1 250", (1250, 1250), "requests-for-help"),
        ("The group helped 910 soldiers to leave the front.", "en", "910", (910, 910), "people-helped"),
    ],
)
def test_a_figure_has_its_bounds_its_type_and_its_words(
    text: str, language: str, quote: str, bounds: tuple[float | None, float | None], kind: str
) -> None:
    figure = next(each for each in found(text, language).figures if each.type == kind)
    assert (figure.evidence.quote, (figure.low, figure.high)) == (quote, bounds)


@pytest.mark.parametrize(
    "text",
    [
        "The deserter, 24, fled on August 21 and walked 30 km.",
        "He called +7 999 123-45-67 from the 41st Army and the 752nd regiment.",
        "Under article 337 part 5 he was wanted after 41 days away.",
        "Six soldiers of brigade 64 sat in a flat for 3 weeks and paid 900 euros.",
    ],
)
def test_ages_dates_units_articles_and_distances_are_no_figures(text: str) -> None:
    assert found(text).figures == ()


def test_a_figure_knows_its_period_and_who_says_so() -> None:
    said = found("За первую половину 2023 года в суды поступило 2076 уголовных дел, подсчитала «Медиазона».", "ru")
    (figure,) = said.figures
    assert (figure.starts, figure.ends, figure.organisation) == (date(2023, 1, 1), date(2023, 6, 30), "Mediazona")


def test_a_period_is_reckoned_from_the_day_of_publication() -> None:
    (figure,) = found("Last year 5,000 soldiers deserted.").figures
    assert (figure.starts, figure.ends) == (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("France has given temporary visas to six Russian deserters.", "en", [(DecisionKind.VISA, "fr")]),
        ("The deserter fears deportation to Russia and may be extradited from Kazakhstan.", "en", []),
        ("В Казахстане задержали российского дезертира.", "ru", [(DecisionKind.DETAINED, "kz")]),
        ("Norwegian police detained the soldier.", "en", [(DecisionKind.DETAINED, "no")]),
        ("Sein Asylantrag in Deutschland wurde abgelehnt.", "de", [(DecisionKind.REFUSED, "de")]),
        ("Finland denied asylum to a Russian deserter.", "en", [(DecisionKind.REFUSED, "fi")]),
        ("Finland refused to grant asylum to the deserter.", "en", [(DecisionKind.REFUSED, "fi")]),
        ("Germany gave asylum to four Russians who refused to fight.", "en", [(DecisionKind.GRANTED, "de")]),
        ("Германия предоставила убежище россиянам, отказавшимся воевать.", "ru", [(DecisionKind.GRANTED, "de")]),
    ],
)
def test_what_happened_is_a_decision_and_what_is_feared_is_not(
    text: str, language: str, expected: list[tuple[DecisionKind, str]]
) -> None:
    assert [(each.kind, each.country) for each in found(text, language).decisions] == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("No deserter has been extradited from Armenia.", "en"),
        ("Kazakhstan denied that it had deported a soldier.", "en"),
        ("Finland denied that it had refused asylum to deserters.", "en"),
        ("Finland has not denied asylum to deserters.", "en"),
        ("Firar eden Rus asker, Türkiye'den sınır dışı edilmesine karşı açtığı davayı kazandı.", "tr"),
        ("Yaralanan Rus asker cepheye dönmeyi reddetti.", "tr"),
        ("Die Abschiebung wurde gestoppt.", "de"),
        ("Das Gericht hob die Ablehnung des Asylantrags auf.", "de"),
        ("Obawia się, że zostanie wydany Rosji.", "pl"),
    ],
)
def test_what_is_denied_feared_or_undone_did_not_happen(text: str, language: str) -> None:
    assert found(text, language).decisions == ()


@pytest.mark.parametrize(
    ("text", "language", "low"),
    [
        ("Half a million men fled Russia.", "en", 500_000),
        ("More than one and a half thousand soldiers deserted.", "en", 1500),
        ("Полмиллиона россиян покинули страну.", "ru", 500_000),
        ("One thousand and 0,105.1 soldiers deserted; in all 12,300 soldiers deserted.", "en", 12_300),
    ],
)
def test_halves_of_thousands_are_numbers(text: str, language: str, low: float) -> None:
    assert low in {each.low for each in found(text, language).figures}


def test_a_court_that_grants_asylum_is_not_the_one_that_refused_it() -> None:
    text = (
        "In France the Supreme Court granted a deserter refugee status, after his request had been rejected in March."
    )
    told = {each.kind: each.decided_by for each in found(text, "en").decisions}
    assert told == {DecisionKind.GRANTED: "Supreme Court", DecisionKind.REFUSED: ""}


def test_cases_of_the_ukrainian_army_are_not_booked_to_russia() -> None:
    (figure,) = found("Ukraine counted 100,000 cases of desertion from its own army.").figures
    assert figure.territory == "ua"


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("A court in Finland rejected his request for asylum.", "en", [(DecisionKind.REFUSED, "fi", None)]),
        (
            "He applied for asylum in Norway; his request was rejected in May.",
            "en",
            [(DecisionKind.CLAIMED, "no", None), (DecisionKind.REFUSED, "no", None)],
        ),
        ("Суд в Казахстане отклонил ходатайство об убежище троих.", "ru", [(DecisionKind.REFUSED, "kz", 3)]),
        (
            "L’association a transmis 74 dossiers au consulat de France ; onze visas ont été délivrés.",
            "fr",
            [(DecisionKind.VISA, "fr", 11)],
        ),
    ],
)
def test_a_refused_claim_is_a_refusal_and_a_visa_is_no_asylum(
    text: str, language: str, told: list[tuple[DecisionKind, str, int | None]]
) -> None:
    assert [(each.kind, each.country, each.people) for each in found(text, language).decisions] == told


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("The independent outlet Mediazona counted 100 cases of desertion.", "en", ["Mediazona"]),
        ("As The Independent reported, he fled.", "en", ["The Independent"]),
        ("Агентство AP поговорило с четырьмя россиянами.", "ru", ["AP"]),
        ("Как пишет «Агентство», суд вынес приговор.", "ru", ["Agentstvo"]),
    ],
)
def test_a_common_word_is_no_source(text: str, language: str, names: list[str]) -> None:
    assert [each.name for each in found(text, language).citations] == names


def test_articles_keep_their_parts() -> None:
    (charge,) = found("He was charged under Article 337, part 5 of the criminal code.").decisions
    assert (charge.articles, charge.people) == (("337 part 5",), None)


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        (
            "Мать Ивана, Светлана Королёва, рассказала «Важным историям», что сын дезертировал.",
            "ru",
            "Светлана Королёва",
        ),
        ("Ihr Mann, der Deserteur, sei in Almaty, sagte Olga Krawzowa dem Spiegel.", "de", "Olga Krawzowa"),
    ],
)
def test_relatives_who_speak_to_a_newsroom_stay_protected(text: str, language: str, name: str) -> None:
    said = found(text, language)
    assert name in {each.evidence.quote for each in said.protected}
    assert name not in {each.evidence.quote for each in said.mentions}


def test_a_sentence_names_its_court_its_article_and_its_term() -> None:
    text = "Гарнизонный военный суд в Чите приговорил Ивана Петрова к семи годам колонии по части 5 статьи 337 УК."
    sentence = next(each for each in found(text, "ru").decisions if each.kind is DecisionKind.SENTENCED)
    assert sentence.articles == ("337 part 5",)
    assert "семи годам" in sentence.sentence
    assert "суд" in sentence.decided_by


def test_one_name_is_one_organisation_in_every_script() -> None:
    texts = [("По данным «Медиазоны», дел больше.", "ru"), ("According to Mediazona, there are more cases.", "en")]
    assert {found(*text).citations[0].name for text in texts} == {"Mediazona"}


def test_a_public_speaker_has_one_name_in_every_script() -> None:
    cyrillic = found("Основатель проекта Гри́горий Свердлин говорит, что заявок больше.", "ru").mentions
    latin = found("Founder Grigory Sverdlin says that there are more requests.", "en").mentions
    names = [[each.name for each in mentions if each.kind == "person"] for mentions in (cyrillic, latin)]
    assert names == [["Grigory Sverdlin"], ["Grigory Sverdlin"]]


def test_the_origin_is_whom_the_report_goes_back_to() -> None:
    said = found("His lawyer told the newspaper VG that he had left the army, Yle reports.")
    assert (said.origin, {each.name for each in said.citations}) == ("Yle", {"Yle", "VG"})


def test_a_link_to_a_newsroom_cites_it() -> None:
    said = found("Дезертира задержали в Казахстане. Подробнее: https://zona.media/news/2026/03/01/kz", "ru")
    assert said.origin == "Mediazona"


def test_places_have_their_roles() -> None:
    text = "He fled from Russia. France granted asylum to a deserter. A soldier was deported from Kazakhstan to Russia."
    roles = [(each.country, each.role) for each in found(text).mentions if each.kind == "country"]
    assert roles == [("ru", "fled from"), ("fr", "decided by"), ("kz", "deported from"), ("ru", "deported to")]


@pytest.mark.parametrize(
    ("text", "language", "roles"),
    [
        ("Karkuri matkusti Turkin kautta Suomeen.", "fi", {"tr": "passed through", "fi": ""}),
        ("Vuonna 2025 Suomesta haki turvapaikkaa 40 Venäjän kansalaista.", "fi", {"fi": "", "ru": ""}),
        ("Onze visas ont été délivrés aux déserteurs, dont trois par la France.", "fr", {"fr": ""}),
        ("Il est passé par la Géorgie.", "fr", {"ge": "passed through"}),
    ],
)
def test_through_belongs_to_its_country(text: str, language: str, roles: dict[str, str]) -> None:
    told = {each.country: each.role for each in found(text, language).mentions if each.kind is MentionKind.COUNTRY}
    assert {code: role if role != "decided by" else "" for code, role in told.items()} == roles


def test_a_deserter_his_family_and_his_place_are_protected_and_his_lawyer_is_not() -> None:
    text = "His wife Marina lives in Karaganda. The deserter Andrei hides near Uralsk, says lawyer Polina Zernova."
    said = found(text)
    hidden = {each.evidence.quote for each in said.protected}
    assert {"Marina", "Andrei", "Karaganda"} <= hidden
    assert "Polina Zernova" in {each.evidence.quote for each in said.mentions}
    assert not hidden & {each.evidence.quote for each in said.mentions}


def test_every_language_of_the_topic_has_its_data() -> None:
    assert set(topics.load().languages) <= languages.known()


@pytest.mark.parametrize("language", sorted(languages.known()))
def test_a_language_reads_its_own_numerals(language: str) -> None:
    assert languages.load(language).code == language
    assert all(each.evidence.quote for each in found("BBC: 1234.", language).citations)


@given(st.text(max_size=300), st.sampled_from([*sorted(languages.known()), "mt", ""]))
def test_whatever_the_text_every_quote_stands_at_its_offsets(text: str, language: str) -> None:
    said = found(text, language)
    proofs = [each.evidence for each in said.figures] + [each.evidence for each in said.decisions]
    proofs += [each.evidence for each in (*said.mentions, *said.protected)]
    proofs += [each.evidence for each in said.citations]
    for each in proofs:
        assert text[each.start : each.end] == each.quote != ""


def test_types_of_figures_are_those_of_the_database() -> None:
    assert len(FigureType) == 13


@pytest.mark.parametrize("language", sorted(languages.known()))
@pytest.mark.parametrize("country", ["AM", "DE", "FI", "FR", "GE", "KZ", "LT", "NO", "PL", "RO", "RS", "SE", "TR"])
def test_every_language_knows_the_countries_by_their_names(language: str, country: str) -> None:
    name = Locale.parse(language).territories[country]
    assert country.lower() in {each.country for each in found(f"{name}.", language).mentions}


def test_a_script_without_capitals_has_sentences_too() -> None:
    said = found("ყაზახეთმა რუსი დეზერტირი რუსეთს გადასცა. საქართველოში რუსი დეზერტირი დააკავეს.", "ka")
    assert [(each.kind, each.country) for each in said.decisions] == [
        (DecisionKind.EXTRADITED, "kz"),
        (DecisionKind.DETAINED, "ge"),
    ]
