"""Live rows in, published rows out: names hidden, texts cut to excerpts where terms do not let them be passed on."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from db.publishing.guarded import Known, guarded, is_guarded
from db.publishing.names import BLOCK, Hider, cut_address
from db.publishing.tables import COPIED, OF_REPORTS, STORIES, Rule
from db.sentences import bounds

SENTENCE = 240  # characters before and behind a figure that are quoted with it, where its text is not given
EXCERPT = 300  # characters at most, and never more than half of the text
_CUT = " […]"
_FACTS = ("figures", "decisions", "mentions", "citations")
_OWNERS = (
    "SELECT report FROM live.placements WHERE story = :id UNION "
    "SELECT value FROM json_each(json_array(:lead_report, :first_report, :anchor)) WHERE value IS NOT NULL"
)
Row = dict[str, Any]


class Copier:
    """Copies from the database ``live``, which ``connection`` has attached, into its own.

    ``free`` are the sources whose texts are given whole. ``hidden`` counts reports in which something was hidden,
    ``excerpts`` those of which only an excerpt is given.
    """

    def __init__(self, connection: sqlite3.Connection, free: frozenset[str], known: Known) -> None:
        self._connection, self._free = connection, free
        self.hider = Hider(guarded(connection, known))
        self.reports, self.hidden, self.excerpts = 0, 0, 0

    def copy(self, terms: Mapping[str, str]) -> None:
        """Copy all that is published; ``terms`` are those of sources by their ids."""
        for table, rule in COPIED.items():
            for row in self._rows(table, rule):
                self._insert(table, self._with_terms(row, terms) if table == "sources" else self._plain(table, row))
        for (number,) in self._connection.execute("SELECT id FROM live.articles ORDER BY id").fetchall():
            self._report(number)
        for row in self._rows(STORIES, Rule()):
            self._insert(STORIES, self._story(row))

    def _report(self, number: int) -> None:
        rules, owner = OF_REPORTS, {"owner": number}
        [article], [text] = (list(self._rows(table, rules[table], owner)) for table in ("articles", "texts"))
        self.hider.learn(number, f"{text['title']}\n{text['text']}")
        title, whole = (self.hider.hide(text[name], [number]) for name in ("title", "text"))
        free = article["source"] in self._free and not article["credit"]
        self.reports += 1
        self.excerpts += not free
        self.hidden += BLOCK in f"{title}{whole}"
        pages = list(self._rows("pages", rules["pages"], owner))
        cuts = self._is_told_by_address(number, [article, *pages])
        told = self._addressed(article, number, cuts=cuts)
        self._insert("articles", {
            **told, "title": title,
            "reasons": _reasons(article["reasons"], title, whole),
            "standfirst": told["standfirst"] if free else excerpt(told["standfirst"]),
        })  # fmt: skip
        self._insert("texts", {"id": number, "title": title, "text": whole if free else excerpt(whole)})
        for table in _FACTS:
            for row in self._rows(table, rules[table], owner):
                told = row if free or table != "figures" else _with_its_sentence(row, text["text"])
                self._fact(table, told, (text["text"], whole))
        for row in pages:
            self._insert("pages", self._addressed(row, number, cuts=cuts))
        for row in self._rows("placements", rules["placements"], owner):
            self._insert("placements", {**row, "order": f"{row['order'].split(' ')[0]} {number:012d}"})
        for table in ("judgements", "revisions"):
            for row in self._rows(table, rules[table], owner):
                self._insert(table, self._hidden(row, [number]))

    def _fact(self, table: str, row: Row, texts: tuple[str, str]) -> None:
        """A fact, its quote cut from the hidden text; one whose very name is hidden is left out."""
        told = self._hidden(row, [row["report"]])
        if BLOCK in (told.get("name") or "") or (table == "mentions" and is_guarded(row)):
            return
        whole, hidden = texts
        place = slice(row["start"], row["end"])
        quote = hidden[place] if whole[place] == row["quote"] else told["quote"]
        self._insert(table, {**told, "quote": quote})

    def _story(self, row: Row) -> Row:
        owners = [number for (number,) in self._connection.execute(_OWNERS, row)]
        told = self._hidden(row, owners)
        if len(told["lead"]) > EXCERPT:
            told["lead"] = cut(told["lead"], EXCERPT)
        return told

    def _plain(self, table: str, row: Row) -> Row:
        told = self._hidden(row, ())
        if table == "series" and BLOCK in told["organisation"]:
            told["organisation"] = f"{BLOCK} {row['id']}"  # two that are hidden stay two
        return told

    def _with_terms(self, row: Row, terms: Mapping[str, str]) -> Row:
        number = row["id"]
        return {
            **self._hidden(row, ()), "id": number, "terms": self.hider.hide(terms.get(number, row["terms"])),
            "full_text": int(number in self._free),
        }  # fmt: skip

    def _hidden(self, row: Row, owners: Sequence[int]) -> Row:
        return {name: self._value(value, owners) for name, value in row.items()}

    def _value(self, value: Any, owners: Sequence[int]) -> Any:
        if isinstance(value, dict):
            return {key: self._value(each, owners) for key, each in value.items()}
        if isinstance(value, list):
            return [self._value(each, owners) for each in value]
        return self._text(value, owners) if isinstance(value, str) else value

    def _text(self, value: str, owners: Sequence[int]) -> str:
        if value.startswith(("http://", "https://")) and not any(map(str.isspace, value)):
            return self.hider.hide_address(value, owners)
        if value.startswith(("[", "{")) and (found := _json(value)) is not None:
            return json.dumps(self._value(found, owners), ensure_ascii=False)
        return self.hider.hide(value, owners)

    def _is_told_by_address(self, report: int, rows: Sequence[Row]) -> bool:
        """Whether any form of a report's address tells who is protected; then no form of it is given whole."""
        told = [row[name] for row in rows for name in ("url", "canonical_url") if row.get(name)]
        told += [f"https://{row['key']}" for row in rows]  # a key is an address without its scheme
        return any(self.hider.hide_address(address, [report]) != address for address in told)

    def _addressed(self, row: Row, report: int, *, cuts: bool) -> Row:
        """A row with an address of ``report``; where it ``cuts`` them, its key is still its own."""
        told = {**self._hidden(row, [report]), "key": row["key"]}
        if cuts:
            told |= {name: cut_address(row[name]) for name in ("url", "canonical_url") if row.get(name)}
            told["key"] = f"{row['key'].partition('/')[0]}/{BLOCK}{row['id']}"
        return told

    def _rows(self, table: str, rule: Rule, owner: Mapping[str, int] | None = None) -> Iterator[Row]:
        mine = f" AND {rule.report} = :owner" if owner else ""
        cursor = self._connection.execute(
            f"SELECT * FROM live.{table} WHERE {rule.rows}{mine} ORDER BY 1",  # noqa: S608  # names are ours
            dict(owner or {}),
        )
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            yield {**dict(zip(names, row, strict=True)), **rule.blank}

    def _insert(self, table: str, row: Row) -> None:
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
        sql = f"INSERT OR IGNORE INTO main.{table} ({names}) VALUES ({marks})"  # noqa: S608  # names are ours
        self._connection.execute(sql, list(row.values()))


def _with_its_sentence(row: Row, text: str) -> Row:
    """A figure whose quote is its sentence, since the text around it is not given; cut where that is very long."""
    if text[row["start"] : row["end"]] != row["quote"]:
        return row
    first, last = bounds(text, row["start"], row["end"])
    first, last = max(first, row["start"] - SENTENCE), min(last, row["end"] + SENTENCE)
    quote = text[first:last].rstrip()
    return {**row, "start": first, "end": first + len(quote), "quote": quote}


def excerpt(text: str) -> str:
    """The beginning of a text up to a word's end: ``EXCERPT`` characters at most, and never more than half of it."""
    return cut(text, min(EXCERPT, len(text) // 2))


def cut(text: str, most: int) -> str:
    """``text`` up to the last word's end within ``most`` characters, and a mark that it was cut."""
    kept = text[:most]
    if most < len(text) and not text[most].isspace() and any(map(str.isspace, kept)):
        kept = kept[: max(at for at, char in enumerate(kept) if char.isspace())]
    return kept.rstrip() + _CUT if text.strip() else ""


def _reasons(stored: str, title: str, text: str) -> str:
    """The found terms, their words cut from the hidden headline and text."""
    found = _json(stored)
    for item in found if isinstance(found, list) else []:
        if isinstance(item, dict) and {"zone", "start", "end", "quote"} <= item.keys():
            item["quote"] = (title if item["zone"] == "title" else text)[item["start"] : item["end"]]
    return json.dumps(found or [], ensure_ascii=False)


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return None
