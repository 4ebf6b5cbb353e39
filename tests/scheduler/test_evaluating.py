"""``deserters evaluate`` as people use it: figures on the terminal or as JSON, errors that name the line."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scheduler.cli import app

ROWS = [
    {"id": "a", "title": "Russian deserter wins asylum", "text": "A Russian soldier deserted.", "label": "relevant"},
    {"id": "b", "title": "Poet wins a prize", "desc": "The jury was unanimous.", "label": "not", "lang": "en"},
    {"id": "c", "title": "War news of the day", "text": "", "label": "borderline", "language": "en"},
]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_json_has_the_three_figures_at_its_top(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(written(tmp_path, *map(json.dumps, ROWS))), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["f1"], told["precision"], told["recall"]) == (0, 1.0, 1.0, 1.0)
    assert [one["id"] for one in told["borderline"]] == ["c"]


def test_a_packed_file_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, ROWS)).encode()))
    assert CliRunner().invoke(app, ["evaluate", str(path)]).exit_code == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "line 2 is no JSON"),
        ("[1]", "line 2 is no JSON object"),
        ('{"id": 1}', "object 2 has neither title nor text"),
        ('{"title": "a", "label": "yes"}', "line 2 has the label 'yes'; known are relevant, not, borderline"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, words: str) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(written(tmp_path, json.dumps(ROWS[0]), line))])
    assert done.exit_code == 1
    assert words in done.output


def test_a_file_without_rows_says_what_to_write(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(written(tmp_path))])
    assert done.exit_code == 1
    assert "has no labelled row" in done.output
