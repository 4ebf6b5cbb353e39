"""Settings come from four places, the later ones win, and whatever is wrong is named with its place."""

from collections.abc import Mapping
from datetime import time
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from crawler import sources
from crawler.errors import ConfigurationError
from scheduler import cli, config
from scheduler.config import Config


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to stand in, and nothing of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in (*Config.model_fields, "config"):
        monkeypatch.delenv(f"DESERTERS_{name.upper()}", raising=False)


def written(text: str, name: str = "deserters.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(options: Mapping[str, object] | None = None, file: Path | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        config.load(options or {}, file)
    return str(caught.value)


def test_without_any_setting_the_defaults_hold() -> None:
    found = config.load({})
    assert found == Config()
    assert (found.db, found.archive, found.sources) == (Path("deserters.db"), Path("archive"), sources.SHIPPED)
    assert (found.host, found.port, found.allow_private, found.since_days) == ("127.0.0.1", 8001, False, 7.0)


def test_the_file_wins_over_the_default_the_environment_over_the_file_and_the_option_over_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert config.load({}).port == 8001
    written("port = 8002\nhost = '0.0.0.0'\n")
    assert config.load({}).port == 8002
    monkeypatch.setenv("DESERTERS_PORT", "8003")
    assert config.load({}).port == 8003
    assert config.load({"port": 8004}).port == 8004
    assert config.load({"port": None}).port == 8003
    assert config.load({"port": 8004}).host == "0.0.0.0"


def test_the_file_may_be_named_by_the_option_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    written("port = 8002\n")
    other, third = written("port = 8005\n", "other.toml"), written("port = 8006\n", "third.toml")
    monkeypatch.setenv("DESERTERS_CONFIG", str(other))
    assert config.load({}).port == 8005
    assert config.load({}, third).port == 8006


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESERTERS_PORT", "")
    assert config.load({}).port == 8001


def test_words_in_the_environment_are_read_as_what_they_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ALLOW_PRIVATE", "true"), ("LIMIT_SECONDS", "60.5"), ("DB", "x/y.db"), ("SINCE", "36h")):
        monkeypatch.setenv(f"DESERTERS_{name}", value)
    found = config.load({})
    assert (found.allow_private, found.limit_seconds, found.db, found.since_days) == (True, 60.5, Path("x/y.db"), 1.5)


WRONG = {
    "port": ["0", "65536", "many"],
    "since": ["soon", "7y", "-1d", ""],
    "limit_seconds": ["0", "-1"],
    "delay_seconds": ["0.5"],
    "timeout_seconds": ["0"],
    "times": ["25:00", "noon", "05:30,", "05:30;06:30"],
    "zone": ["Europe/Atlantis", "../etc/passwd", ""],
    "allow_private": ["perhaps"],
    "keep_days": ["0"],
}
CASES = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_wrong_value_is_named_with_its_setting_and_its_place(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal({name: value}).startswith(f"the options: {name}: ")
    written(f'{name} = "{value}"\n')
    assert refusal().startswith(f"deserters.toml: {name}: ")
    written("")
    monkeypatch.setenv(f"DESERTERS_{name.upper()}", value)
    if value:
        assert refusal().startswith(f"the environment: {name}: ")


def test_the_place_that_is_named_is_the_one_that_won(monkeypatch: pytest.MonkeyPatch) -> None:
    written("port = 8002\n")
    monkeypatch.setenv("DESERTERS_PORT", "many")
    assert refusal().startswith("the environment: port: ")
    assert config.load({"port": 8004}).port == 8004


def test_an_unknown_setting_in_the_file_is_refused() -> None:
    written("prot = 8002\n")
    assert refusal().startswith("deserters.toml: prot: ")


def test_a_file_that_is_not_there_or_no_toml_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(file=Path("none.toml")) == "none.toml: there is no such configuration file"
    assert "bad.toml: is not TOML" in refusal(file=written("port: 8002\n", "bad.toml"))
    monkeypatch.setenv("DESERTERS_CONFIG", "gone.toml")
    assert refusal() == "gone.toml: there is no such configuration file"


@pytest.mark.parametrize(("span", "days"), [("7", 7), ("7d", 7), ("2w", 14), ("36h", 1.5), ("0.5 d", 0.5), (" 1d ", 1)])
def test_a_span_is_read_in_days_hours_or_weeks(span: str, days: float) -> None:
    assert config.load({"since": span}).since_days == pytest.approx(days)


def test_times_of_day_may_be_several_and_come_in_order() -> None:
    assert config.load({"times": "17:45, 5:30"}).times_of_day == (time(5, 30), time(17, 45))


def test_the_user_agent_names_the_program_and_the_contact() -> None:
    assert config.load({}).user_agent.startswith("deserters/")
    assert "(+" not in config.load({}).user_agent
    assert config.load({"contact": "https://x.example/bot"}).user_agent.endswith(" (+https://x.example/bot)")


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        config.load({}).port = 1  # type: ignore[misc]  # that it cannot be set is what is tested


# -- the table of settings


def rows() -> list[list[str]]:
    lines = config.table().splitlines()
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def options() -> set[str]:
    """Every option of every command."""
    command = typer.main.get_command(cli.app)
    assert isinstance(command, TyperGroup)
    return {name for verb in command.commands.values() for option in verb.params for name in option.opts}


def test_the_table_has_a_row_for_each_setting_with_variable_default_and_meaning() -> None:
    table = {row[0]: row[1:] for row in rows()}
    assert list(table) == list(Config.model_fields)
    for name, field in Config.model_fields.items():
        variable, _, default, meaning = table[name]
        assert variable == f"DESERTERS_{name.upper()}"
        assert meaning == field.description
        assert default in {str(field.default), "none", "the shipped one"}
    assert table["port"] == ["DESERTERS_PORT", "--port", "8001", "port that the site listens on"]


def test_the_table_names_no_option_that_no_command_has() -> None:
    named = {row[2] for row in rows()} - {"none"}
    assert named <= options()
    assert {"--db", "--archive", "--sources", "--since", "--allow-private", "--limit-seconds"} <= named


def test_a_setting_that_a_command_has_an_option_for_is_not_said_to_have_none() -> None:
    without = {f"--{row[0].replace('_', '-')}" for row in rows() if row[2] == "none"}
    assert without & options() == set()


def test_the_readme_shows_the_table_as_it_is(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    words = "README.md lacks it; `python -c 'from scheduler import config; print(config.table())'` prints it"
    assert [line for line in config.table().splitlines() if line not in readme] == [], words


def test_a_child_process_gets_the_same_settings_through_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    written("port = 8002\n")
    settings = config.load({"since": "36h", "allow_private": True, "db": Path("other.db"), "contact": "a@b.example"})
    for name, value in config.environment(settings).items():
        monkeypatch.setenv(name, value)
    assert config.load({}) == settings
