"""The data dictionary is the schema's, in full, and never stale."""

import subprocess
import sys

import pytest

from db.web import dictionary, metadata


def test_every_table_and_column_is_described_and_nothing_else() -> None:
    assert dictionary.missing(dictionary.schema(), metadata.tables(metadata.load())) == []


def test_a_column_without_a_line_is_found() -> None:
    told = metadata.tables(metadata.load())
    told["runs"] = {**told["runs"], "columns": {**told["runs"]["columns"], "invented": "x"}}
    del told["runs"]["columns"]["kind"]
    assert dictionary.missing(dictionary.schema(), told) == ["runs.invented", "runs.kind"]


def test_the_document_is_what_the_generator_makes() -> None:
    assert dictionary.DOCUMENT.read_text(encoding="utf-8") == dictionary.document(), (
        "docs/data-dictionary.md is stale: python -m db.web.dictionary --write"
    )


def test_the_document_says_how_tables_hang_together() -> None:
    made = dictionary.document()
    assert "## reports" in made
    assert "Refers to `sources.id`." in made
    assert "`sources_in_trouble`" in made


def test_the_generator_is_a_command() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "db.web.dictionary"], cwd=dictionary.DOCUMENT.parents[1], capture_output=True,
        text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert shown.stdout == dictionary.document()


@pytest.mark.parametrize("kind", ["facets", "shown", "sortable_columns"])
def test_lists_of_columns_in_the_metadata_name_columns_that_are_there(kind: str) -> None:
    columns = {name: {column.name for column in found} for name, found in dictionary.schema().items()}
    for name, told in metadata.tables(metadata.load()).items():
        assert set(told.get(kind, ())) <= columns.get(name, set()), name
