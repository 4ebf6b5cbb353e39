"""YAML that a person wrote in, a checked pydantic value out; whatever is wrong is named by file, line and key."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from crawler.errors import HandwrittenError


class Handwritten(BaseModel):
    """Base of all grammars: unknown keys are refused, values are never guessed into another type, frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Grammar = TypeVar("Grammar", bound=BaseModel)


def load(path: Path, grammar: type[Grammar]) -> Grammar:
    """Read ``path`` as ``grammar``.

    Raises:
        HandwrittenError: the file cannot be read, is no YAML, holds a key twice, or breaks the grammar; names the first
            fault's line and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise HandwrittenError(path, line, "", f"is not YAML: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise HandwrittenError(path, 0, "", f"cannot be read: {error}") from error
    _refuse_repeated_keys(path, node)
    try:
        return grammar.model_validate(content if content is not None else {})
    except ValidationError as error:
        faults = error.errors()  # a key that is not known is often another one misspelt, so it is named first
        fault = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
        raise HandwrittenError(path, _line(node, fault["loc"]), _key(fault["loc"]), _words(fault["msg"])) from error


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _words(message: str) -> str:
    known = {"Extra inputs are not permitted": "is not a key that this file knows", "Field required": "is missing"}
    return known.get(message, message)


def _line(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Follow ``location`` down the YAML tree as far as it goes; 1-based line of the last thing found."""
    line = node.start_mark.line + 1 if node else 0
    for part in location:
        step = _step(node, part)
        if step is None:
            break
        line, node = step
    return line


def _step(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _refuse_repeated_keys(path: Path, node: yaml.Node | None) -> None:
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise HandwrittenError(path, key.start_mark.line + 1, key.value, "stands twice; keep one")
            seen.add(key.value)
            children.append(value)
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    for child in children:
        _refuse_repeated_keys(path, child)
