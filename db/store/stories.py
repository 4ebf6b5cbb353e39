"""Links between reports in, stories out: which belong together, kept under numbers that never change their meaning."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from db import rows
from db.model import Analysis, Fingerprint, Link, Neighbour, Placer, Placing, Relation
from db.rows.stories import order, packed, unpacked
from db.store.members import Members, top
from db.store.neighbours import NeighbourStore

_ALL = 2**63 - 1  # rulings
_COMMON = {"copy": Relation.COPY, "version": Relation.VERSION}  # which go back to an original


class StoryStore(NeighbourStore):
    """The part of the store that keeps stories."""

    _newest_ruling = _ALL  # those after it are not made yet, while stories are put together anew

    # -- what a person decides

    def merge(self, report: int, other: int, now: datetime, note: str = "") -> None:
        """Put two reports, and with them their stories, together for good."""
        with self._transaction():
            self._rule("merge", (report, other), now, note)
            self._merge((report, other), rows.stamp(now))

    def split(self, report: int, now: datetime, note: str = "") -> None:
        """Part a report, and what goes back to it, from the rest of its story for good.

        Of the first report of a story, what a person merged into it goes, else other originals, else its copies.
        """
        with self._transaction():
            pair = (report, self._parent_of(report) or next(iter(self._leaving(report)), 0))
            self._rule("split", pair, now, note)
            self._split(pair, rows.stamp(now))

    def pin(self, report: int, now: datetime, note: str = "") -> None:
        """Keep a report where it is, whatever arrives later."""
        with self._transaction():
            pair = (report, self._parent_of(report))
            self._rule("pin", pair, now, note)
            self._pin(pair, rows.stamp(now))

    def _merge(self, pair: tuple[int, int], now: str) -> None:
        first, second = sorted(pair, key=self._order_of)
        root = self._root(second)
        if root != self._root(first):
            self._link(Link(report=root, parent=first, relation=Relation.EVENT, likeness=1.0), fixed=True)
            self._regroup({self._story_of(each) for each in pair}, now)

    def _split(self, pair: tuple[int, int], now: str) -> None:
        report, other = pair
        if self._is_under(Link(report=report, parent=other)):
            self._leave(report, other)
        self._link(Link(report=report), fixed=True)
        self._regroup({self._story_of(report)} - {0}, now)

    def _pin(self, pair: tuple[int, int], now: str) -> None:
        del now
        self._db.execute("UPDATE placements SET fixed=1 WHERE report=?", [pair[0]])

    def _leaving(self, report: int) -> list[int]:
        """Which of the reports that go back to ``report`` leave when it is split from its story, the earliest first."""
        children = sorted(self._children(report), key=self._order_of)
        merged = [child for child in children if self._is_merged(child)]
        return merged or [child for child in children if self._relation_of(child) == "event"] or children

    def _leave(self, report: int, other: int) -> None:
        """Part from ``report`` what leaves it together with ``other``; the earliest of that speaks for the rest."""
        branch = other
        while (parent := self._parent_of(branch)) != report:
            branch = parent
        leaving = self._leaving(report)
        first, *rest = leaving if branch in leaving else [branch]
        self._link(Link(report=first))
        for child in rest:
            sql = "UPDATE placements SET parent=?, fixed=1 WHERE report=?"
            self._db.execute(sql, [first, child])

    def _is_merged(self, report: int) -> bool:
        """Whether it is by a merge that ``report``, and what goes back to it, is one with its parent."""
        return any(
            self._is_under(Link(report=report, parent=one)) != self._is_under(Link(report=report, parent=other))
            and self._root(one) == self._root(other)
            for _, one, other in self._ruled("merge")
        )

    def _ruled(self, kind: str) -> list[tuple[int, int, int]]:
        """The rulings of one kind, the oldest first: number, and the two reports, which both have a place."""
        sql = (
            "SELECT rulings.id, one.report, two.report FROM rulings "
            "JOIN placements AS one ON one.report = rulings.report JOIN placements AS two ON two.report = other "
            "WHERE kind=? AND rulings.id <= ? ORDER BY rulings.id"
        )
        return self._db.conn.execute(sql, [kind, self._newest_ruling]).fetchall()

    def _rule(self, kind: str, pair: tuple[int, int], now: datetime, note: str) -> None:
        ruling: rows.Row = {"at": rows.stamp(now), "kind": kind, "report": pair[0], "other": pair[1], "note": note}
        self._insert("rulings", ruling)

    # -- placing

    def replay(self, placer: Placer, keys: Callable[[Fingerprint], Sequence[str]]) -> None:
        """Put stories together anew from fingerprints, in the order in which their reports arrived."""
        sql = (
            "SELECT report, fingerprint, fetched_at, coalesce(published_at, fetched_at) || ' ' || key AS place "
            "FROM fingerprints JOIN articles ON articles.id = report ORDER BY report"
        )
        self._newest_ruling = 0
        with self._transaction():
            for row in list(self._db.query(sql)):
                found = unpacked(row["fingerprint"])
                told = keys(found)
                self._index(row["report"], found.day, told)
                is_new = self._begin(row["report"], row["place"], row["fetched_at"])
                mine = self._neighbour(row["report"], found, placer)
                self._settle_links(mine, told, placer, row["fetched_at"], is_new=is_new)
            rulings = list(self._db.query("SELECT id, kind, report, other, at FROM rulings ORDER BY id"))
        for ruling in rulings:
            self._newest_ruling = ruling["id"]
            self._again(ruling["kind"], (ruling["report"], ruling["other"]), ruling["at"])
        self._newest_ruling = _ALL

    def _again(self, kind: str, pair: tuple[int, int], at: str) -> None:
        with self._transaction():
            ruling = {"merge": self._merge, "split": self._split, "pin": self._pin}[kind]
            ruling(pair, at)

    def _place(self, report: int, analysis: Analysis, key: str, placer: Placer) -> None:
        """Give a report its place among the stories; within the caller's transaction."""
        found = analysis.placing
        if found is None:
            return
        now = rows.stamp(analysis.capture.fetched_at)
        self._keep_print(report, found)
        self._index(report, found.fingerprint.day, found.keys)
        is_new = self._begin(report, order(analysis.article, analysis.capture, key), now)
        mine = self._neighbour(report, found.fingerprint, placer)
        self._settle_links(mine, found.keys, placer, now, is_new=is_new)

    def _renew(self, report: int, found: Placing, placer: Placer, now: str) -> None:
        """Place a report anew whose text was replaced; its order stays that of its first text."""
        self._keep_print(report, found)
        self._index(report, found.fingerprint.day, found.keys)
        self._settle_links(self._neighbour(report, found.fingerprint, placer), found.keys, placer, now)

    def _keep_print(self, report: int, found: Placing) -> None:
        row: rows.Row = {
            "report": report,
            "day": found.fingerprint.day,
            "fingerprint": packed(found.fingerprint),
            "lead": found.lead.quote,
            "lead_start": found.lead.start,
            "lead_end": found.lead.end,
        }
        self._upsert("fingerprints", row, "report")

    def _settle_links(
        self, mine: Neighbour, keys: Sequence[str], placer: Placer, now: str, *, is_new: bool = False
    ) -> None:
        links = placer(mine, self._near(mine, keys, placer))
        if is_new and [link.report for link in links] == [mine.report]:
            self._settle_new(mine, links[0], now)
            return
        touched = {mine.story}
        for link in links:
            if not (self._is_apart(link) or self._is_under(link)):  # as the links before it have left things
                touched |= {self._story_of(link.report), self._story_of(link.parent)}
                self._link(link)
        self._regroup((touched | self._hold_merged()) - {0}, now)

    def _settle_new(self, mine: Neighbour, link: Link, now: str) -> None:
        """Let a report that has just begun a story join another one, whose reports are neither read nor written."""
        parent = self._first("SELECT story, original FROM placements WHERE report=?", link.parent)
        if parent is None or self._is_apart(link):
            self._describe(mine.story, now)
            return
        self._link(link)
        original = parent[1] if link.relation in {Relation.COPY, Relation.VERSION} else mine.report
        self._db.execute("UPDATE placements SET story=?, original=? WHERE report=?", [parent[0], original, mine.report])
        self._db.execute("UPDATE stories SET forward=?, changed_at=? WHERE id=?", [parent[0], now, mine.story])
        self._tell_one_more(parent[0], mine.report, now)

    def _hold_merged(self) -> set[int]:
        """Join anew what a person merged, where a placement has parted it and no later split did; stories touched."""
        touched = set()
        for ruling, *pair in self._ruled("merge"):
            first, second = sorted(pair, key=self._order_of)
            link = Link(report=self._root(second), parent=first, relation=Relation.EVENT, likeness=1.0)
            if link.report != self._root(first) and not self._is_apart(link, since=ruling):
                touched |= {self._story_of(each) for each in pair}
                self._link(link, fixed=True)
        return touched

    def _begin(self, report: int, where: str, now: str) -> bool:
        """A story of its own for a report that is in none yet; whether it was in none."""
        if self._story_of(report):
            self._db.execute('UPDATE placements SET "order"=? WHERE report=?', [where, report])
            return False
        placement: rows.Row = {
            "report": report, "story": self._new_story(report, now), "original": report, "parent": None,
            "relation": "first", "likeness": 0.0, "fixed": 0, "order": where,
        }  # fmt: skip
        self._insert("placements", placement)
        return True

    def _new_story(self, anchor: int, now: str) -> int:
        row: rows.Row = {
            "anchor": anchor, "title": "", "lead": "", "origin": "", "reports": 0, "originals": 0, "origins": 0,
            "languages": "[]", "countries": "[]", "made_at": now, "changed_at": now,
        }  # fmt: skip
        return self._insert("stories", row)

    def _first(self, sql: str, report: int) -> tuple[Any, ...] | None:
        """The first row; without the savepoint that a query of the library costs, since this is asked very often."""
        found: tuple[Any, ...] | None = self._db.conn.execute(sql, [report]).fetchone()
        return found

    def _is_apart(self, link: Link, since: int = 0) -> bool:
        """Whether a person has said, after the ruling ``since``, that what the link would join is two stories."""
        if not link.parent:
            return False
        joined = {self._root(link.report), self._root(link.parent)}
        return len(joined) > 1 and any(
            {self._root(one), self._root(other)} == joined
            for ruling, one, other in self._ruled("split")
            if ruling > since
        )

    def _is_under(self, link: Link) -> bool:
        """Whether the link's parent already goes back to its report, by what a person decided."""
        here = link.parent
        while here:
            if here == link.report:
                return True
            here = self._parent_of(here)
        return False

    def _link(self, link: Link, *, fixed: bool = False) -> None:
        relation = link.relation.value if link.relation else "first"
        sql = "UPDATE placements SET parent=?, relation=?, likeness=?, fixed=max(fixed, ?) WHERE report=?"
        self._db.execute(sql, [link.parent or None, relation, link.likeness, int(fixed), link.report])

    # -- which report is in which story

    def _story_of(self, report: int) -> int:
        row = self._first("SELECT story FROM placements WHERE report=?", report)
        return int(row[0]) if row else 0

    def _order_of(self, report: int) -> str:
        row = self._first('SELECT "order" FROM placements WHERE report=?', report)
        return str(row[0]) if row else ""

    def _relation_of(self, report: int) -> str:
        row = self._first("SELECT relation FROM placements WHERE report=?", report)
        return str(row[0]) if row else ""

    def _parent_of(self, report: int) -> int:
        row = self._first("SELECT parent FROM placements WHERE report=?", report)
        return int(row[0] or 0) if row else 0

    def _root(self, report: int) -> int:
        here = report
        while parent := self._parent_of(here):
            here = parent
        return here

    def _regroup(self, stories: set[int], now: str) -> None:
        """Write anew which reports are in which of ``stories``, and what each of them says."""
        members = self._members(stories)
        groups: dict[int, list[int]] = {}
        for report in members:
            groups.setdefault(top(report, members), []).append(report)
        owners = self._owners(stories)
        changed = []
        for root, group in sorted(groups.items(), key=lambda each: members[each[0]][1]):
            mine = sorted(owners[report] for report in group if report in owners)
            story = mine[0] if mine else self._new_story(root, now)
            for other in mine[1:]:
                if self._first("SELECT forward FROM stories WHERE id=?", other) != (story,):
                    self._db.execute("UPDATE stories SET forward=?, changed_at=? WHERE id=?", [story, now, other])
            self._settle_group(story, group, members)
            self._db.execute("UPDATE stories SET forward=NULL WHERE id=?", [story])
            changed.append(story)
        for story in changed:  # not before all have their reports
            self._describe(story, now)

    def _members(self, stories: Iterable[int]) -> Members:
        """Parent, order, relation, story and original of every report in ``stories``."""
        found: Members = {}
        sql = 'SELECT report, parent, "order", relation, story, original FROM placements WHERE story=?'
        for story in sorted(stories):
            for report, parent, place, relation, mine, original in self._db.conn.execute(sql, [story]):
                found[report] = (parent or 0, place, relation, mine, original)
        return found

    def _owners(self, stories: Iterable[int]) -> dict[int, int]:
        """The story that each report was the beginning of, those that were merged before included."""
        sql = (
            "WITH RECURSIVE merged(id) AS (VALUES (?) UNION SELECT stories.id FROM merged JOIN stories "
            "ON forward = merged.id) SELECT id, anchor FROM stories JOIN merged USING (id)"
        )
        owners: dict[int, int] = {}
        for story in sorted(stories):
            for number, anchor in self._db.conn.execute(sql, [story]):
                owners[anchor] = min(number, owners.get(anchor, number))
        return owners

    def _settle_group(self, story: int, group: Sequence[int], members: Members) -> None:
        for report in group:
            here = report
            while members[here][2] in _COMMON and members[here][0] in members:
                here = members[here][0]
            if members[report][3:] != (story, here):
                self._db.execute("UPDATE placements SET story=?, original=? WHERE report=?", [story, here, report])
