"""The house keeps its own rules of size and manner."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

FLOORS = ("db", "crawler", "scheduler")
CODE = (*FLOORS, "tests", "benchmarks")
HOUSE = Path(__file__).parent.parent
OWN_WORDS = HOUSE / "tests" / "test_house.py"  # names what it forbids
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*floors: str) -> list[Path]:
    return sorted(path for floor in floors for path in (HOUSE / floor).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function's place and its length in lines: from ``def`` to the end."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield f"{path.relative_to(HOUSE)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def lengths(*floors: str) -> dict[str, int]:
    return {place: length for path in modules(*floors) for place, length in functions(path)}


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def texts() -> Iterator[tuple[str, str]]:
    """Every text file that belongs to the project, as git sees it, with its name."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        told = subprocess.run(asked, cwd=HOUSE, capture_output=True, check=True).stdout.decode()  # a literal
        names = sorted(filter(None, told.split("\0")))
    except (OSError, subprocess.CalledProcessError):  # not a checkout: what lies in our folders
        names = [str(path.relative_to(HOUSE)) for path in modules(*CODE)]
    for name in names:
        path = HOUSE / name
        if path.is_file() and path != OWN_WORDS:
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_there_is_a_house_to_measure() -> None:
    assert len(modules(*FLOORS)) > 50
    assert len(lengths(*FLOORS)) > 300
    assert len(list(texts())) > 200


def test_no_function_is_longer_than_fifty_lines() -> None:
    assert {place: length for place, length in lengths(*CODE).items() if length > 50} == {}


def test_half_of_the_functions_have_eight_lines_at_most_and_nine_in_ten_twenty_five() -> None:
    found = sorted(lengths(*FLOORS).values())
    assert median(found) <= 8
    assert quantiles(found, n=10)[-1] <= 25


def test_no_file_is_longer_than_four_hundred_lines_and_nine_in_ten_have_two_hundred_and_fifty() -> None:
    found = {str(path.relative_to(HOUSE)): lines_of(path) for path in modules(*CODE)}
    assert {name: length for name, length in found.items() if length > 400} == {}
    assert quantiles([lines_of(path) for path in modules(*FLOORS)], n=10)[-1] <= 250


def test_the_way_of_one_page_fits_on_one_screen() -> None:
    assert lines_of(HOUSE / "crawler" / "flow.py") <= 120


@pytest.mark.parametrize("path", modules(*CODE), ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_module_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert told.splitlines()[:1] != [], path


FORBIDDEN = {
    "a download host of a package registry": r"files\.pythonhosted|pypi\.org/simple|registry\.npmjs|proxy\.golang",
    "a path of one machine": r"(?<![\w.:/-])/(?:work|root|home/\w+|Users/\w+)/",
    "work that was put off": r"\b(?:NotImplementedError|TODO|FIXME|XXX)\b",
    "a mark of an unfinished merge": r"^(?:<<<<<<<|>>>>>>>) ",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds_what_does_not_belong_there(what: str) -> None:
    sought = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = {name: match[0] for name, text in texts() if (match := sought.search(text))}
    assert found == {}, what


def test_only_the_configuration_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(HOUSE))
        for path in modules(*FLOORS)
        if re.search(r"\bos\.(?:environ|getenv)\b|from os import .*environ", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"scheduler/config.py"}


def test_pure_stages_ask_nobody_what_time_it_is() -> None:
    stages = modules("crawler/discovery", "crawler/extract", "crawler/relevance", "crawler/sources", "crawler/topics")
    clock = re.compile(r"\b(?:datetime\.(?:now|utcnow)|date\.today|time\.time)\(")
    pure = [
        *stages,
        HOUSE / "crawler" / "flow.py",
        HOUSE / "crawler" / "urls.py",
        *modules("db/archive"),
        *modules("db/store"),
    ]
    assert [str(path) for path in pure if clock.search(path.read_text(encoding="utf-8"))] == []


def test_no_language_is_named_in_a_condition() -> None:
    sought = re.compile(r"if\b.*\blanguage\s*(?:==|!=|in)\s*[\[({]?['\"]")
    assert [str(path) for path in modules(*FLOORS) if sought.search(path.read_text(encoding="utf-8"))] == []
