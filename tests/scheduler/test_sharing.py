"""Who can sign in is set in the file or the environment, a wrong setting is named, and a password never shows."""

import ipaddress
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.errors import ConfigurationError
from db.web.people import hashed
from scheduler import config
from scheduler.cli import app
from scheduler.config import Config
from scheduler.sharing import sharing

PASSWORD = "correct horse battery"  # noqa: S105  # of a person of this test
HASH = hashed(PASSWORD)


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*Config.model_fields, "config"):
        monkeypatch.delenv(f"DESERTERS_{name.upper()}", raising=False)


def written(text: str) -> None:
    Path("deserters.toml").write_text(text, encoding="utf-8")


def refusal() -> str:
    with pytest.raises(ConfigurationError) as caught:
        config.load({})
    return str(caught.value)


def test_without_settings_nobody_signs_in_and_nothing_is_closed() -> None:
    found = sharing(config.load({"db": Path("x/watch.db")}))
    assert (found.has_people, found.require_login, found.header, found.secret) == (False, False, "", "")
    assert found.reviews == Path("x/reviews.db")
    assert all(ipaddress.ip_address(each) in found.proxies[number] for number, each in enumerate(("127.0.0.1", "::1")))


def test_people_come_from_the_file_or_one_a_line_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    written(f'require_login = true\nreviews_db = "r.db"\n[people]\nanna = "{HASH}"\n"Борис" = "{HASH}"\n')
    found = sharing(config.load({}))
    assert (dict(found.people), found.require_login) == ({"anna": HASH, "Борис": HASH}, True)
    assert found.reviews == Path("r.db")
    monkeypatch.setenv("DESERTERS_PEOPLE", f"clara={HASH}\n dora = {HASH} \n")
    assert dict(sharing(config.load({})).people) == {"clara": HASH, "dora": HASH}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("require_login = true", "nobody could sign in"),
        (
            '[people]\nanna = "secret"',
            "what stands beside 'anna' is no hash; `deserters password anna` prints the line",
        ),
        (f'[people]\nroot = "{HASH}"', "'root' is no name for a person here"),
        (f'[people]\n"a\\u202Eb" = "{HASH}"', "is no name for a person here"),
        (f'[people]\n"{"a" * 65}" = "{HASH}"', "is no name for a person here"),
        (f'[people]\n"a=b" = "{HASH}"', "is no name for a person here"),
        ('auth_header = "Remote User"', "is no header for a name"),
        ('auth_header = "Cookie"', "is no header for a name"),
        ('proxies = "10.0.0.1/8"', "proxies"),
        ('proxies = "everyone"', "proxies"),
    ],
)
def test_a_wrong_setting_is_named_and_shows_no_hash(text: str, words: str) -> None:
    written(text)
    told = refusal()
    assert words in told
    assert HASH.split("$")[3] not in told


def test_a_line_of_the_environment_without_a_hash_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESERTERS_PEOPLE", "anna")
    assert refusal().startswith("the environment: people: ")


def test_the_settings_as_text_show_no_hash() -> None:
    written(f'secret = "abc123secret"\n[people]\nanna = "{HASH}"')
    told = repr(config.load({})) + str(config.load({}))
    assert HASH not in told
    assert "abc123secret" not in told


def test_a_child_process_knows_the_same_people(monkeypatch: pytest.MonkeyPatch) -> None:
    written(f'require_login = true\nauth_header = "X-Remote-User"\n[people]\nanna = "{HASH}"\n"Борис" = "{HASH}"')
    settings = config.load({})
    Path("deserters.toml").unlink()
    for name, value in config.environment(settings).items():
        monkeypatch.setenv(name, value)
    assert config.load({}) == settings


# -- deserters password


def test_a_password_becomes_a_line_that_the_configuration_takes() -> None:
    done = CliRunner().invoke(app, ["password", "Анна O'Neill"], input=f"{PASSWORD}\n")
    assert done.exit_code == 0
    assert PASSWORD not in done.output
    line = done.stdout.strip()
    written(f"[people]\n{line}\n")
    (name,) = tomllib.loads(f"[people]\n{line}")["people"]
    assert name == "Анна O'Neill"
    assert set(sharing(config.load({})).people) == {name}


@pytest.mark.parametrize(("name", "typed"), [("root", PASSWORD), ("a=b", PASSWORD), ("anna", "short"), ("anna", "")])
def test_a_bad_name_or_a_short_password_is_refused(name: str, typed: str) -> None:
    done = CliRunner().invoke(app, ["password", name], input=f"{typed}\n")
    assert done.exit_code == 2
    assert "pbkdf2" not in done.output
