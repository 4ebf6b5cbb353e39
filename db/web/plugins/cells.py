"""One value of a table or a query in, how it looks on a page out; whatever was scraped stays text."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from db.web import names
from db.web.host import hookimpl, tilde_encode
from db.web.links import outside_link, shortened
from db.web.marking import read_reasons
from db.web.metadata import DATABASE
from db.web.pages import listed
from db.web.site import Site

_NOTHING = Markup("&nbsp;")
_LISTS = {"authors", "languages", "marks", "links", "countries"}
_AMOUNTS = {"low", "high"}
_EXACT = 100_000
_TAGS = {"level", "outcome", "answer"}
_MOMENTS = {"first_seen", "at", "newest", "oldest", "since", "until"}
_HASH_SHOWN = 12
_LABEL_SHOWN = 120
_PATHS: Mapping[str, Callable[[Any], str]] = {
    "source": lambda key: f"/{DATABASE}/reports?source={quote(str(key), safe='')}",
    "report": lambda key: f"/report/{quote(str(key), safe='')}",
    "story": lambda key: f"/story/{quote(str(key), safe='')}",
    "run": lambda key: f"/{DATABASE}/runs/{tilde_encode(str(key))}",
}


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Site) -> Markup | None:
    """The cell's look; ``None`` leaves it to Datasette, which shows plain text."""
    if value is None or value == "" or (table is None and column == "reasons"):
        return None
    labelled = isinstance(value, Mapping)  # a foreign key with its label
    key, label = (value["value"], str(value["label"] or value["value"])) if labelled else (value, str(value))
    path = _path(row, key, column, table)
    if path:
        return _link(datasette.urls.path(path), shortened(label, _LABEL_SHOWN), title=str(key))
    return _text(column, value) if isinstance(value, str) else _number(column, value)


def _path(row: Any, key: Any, column: str, table: str | None) -> str | None:
    """Where a cell leads within the site: a source to its reports, a report to its page or a quote's place in it."""
    if table == "sources" and column == "name":
        return _PATHS["source"](row["id"])
    report = _number_in(row, "report") if column == "title" else None
    if report is not None:
        return _PATHS["report"](report)
    start = _number_in(row, "start") if column == "report" else None
    anchor = "" if start is None else f"#at-{start}"
    return _PATHS[column](key) + anchor if column in _PATHS else None


def _text(column: str, value: str) -> Markup | None:
    look = _LOOKS.get(column)
    if look:
        return look(value)
    if column.endswith(("_at", "_since", "_after")) or column in _MOMENTS:
        return Markup('<time datetime="{}">{}</time>').format(value, names.moment(value))
    if column in _LISTS:
        return escape(", ".join(listed(value))) or _NOTHING
    if column in _TAGS:
        return Markup('<span class="tag tag-{}">{}</span>').format(value, value)
    bare = value.strip()
    looks_like_one = bare.startswith(("http://", "https://")) and not any(map(str.isspace, bare))
    return outside_link(bare) if looks_like_one else None  # Datasette would link also what is no address


def _number(column: str, value: Any) -> Markup | None:
    if column in _AMOUNTS and isinstance(value, float):
        return escape(f"{value:,g}" if value < _EXACT else f"{value:,.0f}")
    return escape(f"{value:.2f}") if column == "score" and isinstance(value, float) else None


def _link(href: str, label: str, title: str) -> Markup:
    return Markup('<a href="{}" title="{}"><bdi>{}</bdi></a>').format(href, title, label)


def _number_in(row: Any, column: str) -> int | None:
    """The number in that column of a row that has one, plain or as a foreign key with its label."""
    if column not in row.keys():  # noqa: SIM118  # a row of sqlite3 knows its columns by keys() only
        return None
    told = row[column]
    number = told["value"] if isinstance(told, Mapping) else told
    return number if isinstance(number, int) else None


def _digest(value: str) -> Markup:
    return Markup('<code title="{}">{}…</code>').format(value, value[:_HASH_SHOWN])


def _language(value: str) -> Markup:
    return Markup('<span title="{}">{}</span>').format(value, names.language(value))


def _country(value: str) -> Markup:
    return Markup('<span title="{}">{}</span>').format(value, names.country(value))


def _reasons(value: str) -> Markup:
    found = read_reasons(value)
    return Markup('<span title="{}">{} terms</span>').format(", ".join(item.quote for item in found), len(found))


_LOOKS: Mapping[str, Callable[[str], Markup]] = {
    "sha256": _digest,
    "language": _language,
    "country": _country,
    "territory": _country,
    "reasons": _reasons,
}
