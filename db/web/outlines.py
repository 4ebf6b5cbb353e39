"""``outlines.json`` in, outlines of countries out: in degrees, or projected as paths of an SVG drawing.

The file is made by ``benchmarks/outlines.py``. Lines that two countries share are thinned once, so they meet.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("outlines.json")
_MIDDLE = 11.5  # meridian in the middle of the world's map, which is cut between Chukotka and Alaska
_EARTH = (1.340264, -0.081106, 0.000893, 0.003796)
_CENTRE = (40.0, 51.0)  # of the near map: degrees east and north
_APART_OUTSIDE = 80.0  # units between two points of a line outside the map
_DOT = 9.0  # units; a country smaller than that is drawn as a dot
Point = tuple[float, float]
Line = list[Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A country in a drawing: its path, the middle of its largest part, and whether that is too small to be seen."""

    code: str
    path: str
    x: int
    y: int
    is_dot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A map: its name, its size in units, and its countries."""

    name: str
    width: int
    height: int
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What of the world a map shows: the projection, the left and upper edge in its units, and the map's size.

    ``apart`` is the least way between two points of a line, a pixel or so.
    """

    project: Callable[[Point], Point]
    scale: float
    left: float
    top: float
    width: int
    height: int
    apart: float

    def placed(self, point: Point) -> Point:
        x, y = self.project(point)
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    def shows(self, point: Point) -> bool:
        return 0 <= point[0] <= self.width and 0 <= point[1] <= self.height


def equal_earth(point: Point) -> Point:
    """Equal Earth, an equal-area projection: Šavrič, Patterson and Jenny 2018 (doi 10.1080/13658816.2018.1504949)."""
    a1, a2, a3, a4 = _EARTH
    across, up = radians(point[0] - _MIDDLE), radians(point[1])
    t = asin(sqrt(3) / 2 * sin(up))
    x = 2 * sqrt(3) * across * cos(t) / (3 * (9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1))
    return x, a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t


def lambert(point: Point) -> Point:
    """Lambert's azimuthal equal-area projection around the near map's centre (Snyder 1987, USGS 1395, page 185)."""
    across, up, mid = radians(point[0] - _CENTRE[0]), radians(point[1]), radians(_CENTRE[1])
    along = sin(mid) * sin(up) + cos(mid) * cos(up) * cos(across)
    k = sqrt(2 / max(1e-9, 1 + along))
    return k * cos(up) * sin(across), k * (cos(mid) * sin(up) - sin(mid) * cos(up) * cos(across))


_WORLD = _Frame(project=equal_earth, scale=370.0, left=-2.71, top=1.29, width=2005, height=865, apart=3.5)
_NEAR = _Frame(project=lambert, scale=1330.0, left=-0.64, top=0.395, width=1540, height=1010, apart=2.2)


@cache
def world() -> Drawing:
    """The whole world without Antarctica; Russia is in one piece."""
    return _drawn("world", _WORLD)


@cache
def near() -> Drawing:
    """Europe, the Caucasus and Central Asia, where most of those who leave Russia's army go."""
    return _drawn("near", _NEAR)


def rings(code: str) -> list[list[Line]]:
    """The parts of a country in degrees, each with its outer ring first; the east goes on beyond 180."""
    told = _file()
    lines = _degrees(told)
    return [[_walked(ring, lines) for ring in part] for part in told["countries"].get(code, ())]


def codes() -> frozenset[str]:
    """The countries that have an outline."""
    return frozenset(_file()["countries"])


@cache
def _file() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def _degrees(told: dict[str, Any]) -> list[Line]:
    found: list[Line] = []
    for packed in told["lines"]:
        x = y = 0
        line: Line = []
        for dx, dy in zip(packed[::2], packed[1::2], strict=True):
            x, y = x + dx, y + dy
            line.append((x / told["scale"], y / told["scale"]))
        found.append(line)
    return found


def _drawn(name: str, frame: _Frame) -> Drawing:
    told = _file()
    lines = [_thinned([frame.placed(point) for point in line], frame) for line in _degrees(told)]
    shapes = []
    for code, parts in told["countries"].items():
        placed = [[_walked(ring, lines) for ring in part] for part in parts]
        seen = [part for part in placed if _is_seen(part[0], frame)]
        if seen:
            shapes.append(_shape(code, seen))
    return Drawing(name=name, width=frame.width, height=frame.height, shapes=tuple(shapes))


def _thinned(line: Line, frame: _Frame) -> Line:
    kept = [line[0]]
    for point in line[1:-1]:
        apart = frame.apart if frame.shows(point) else _APART_OUTSIDE
        if hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= apart:
            kept.append(point)
    return [*kept, line[-1]]


def _walked(ring: Iterable[int], lines: list[Line]) -> Line:
    """The points of a ring: its lines one after the other, those with a negative number from their end."""
    found: Line = []
    for each in ring:
        line = lines[each] if each >= 0 else lines[~each][::-1]
        found += line[1:] if found else line
    return found


def _is_seen(ring: Line, frame: _Frame) -> bool:
    (left, top), (right, foot) = _corners(ring)
    return right > 0 and left < frame.width and foot > 0 and top < frame.height


def _corners(ring: Line) -> tuple[Point, Point]:
    across, down = [x for x, _ in ring], [y for _, y in ring]
    return (min(across), min(down)), (max(across), max(down))


def _shape(code: str, parts: list[list[Line]]) -> Shape:
    (left, top), (right, foot) = max((_corners(part[0]) for part in parts), key=_span)
    return Shape(
        code=code, path="".join(_path(ring) for part in parts for ring in part), x=round((left + right) / 2),
        y=round((top + foot) / 2), is_dot=max(right - left, foot - top) < _DOT,
    )  # fmt: skip


def _span(corners: tuple[Point, Point]) -> float:
    return (corners[1][0] - corners[0][0]) * (corners[1][1] - corners[0][1])


def _path(ring: Line) -> str:
    """The ring in whole units, each point as the way from the last, which is the shortest to write."""
    whole = [(round(x), round(y)) for x, y in ring]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(whole) if (ax, ay) != (bx, by)]
    told = "".join(f"{'' if x < 0 or not at else ' '}{x}{'' if y < 0 else ','}{y}" for at, (x, y) in enumerate(steps))
    return f"M{whole[0][0]},{whole[0][1]}l{told}z" if steps else ""
