"""Signed-in people star, tag, note, judge, merge and split; nobody else can, nor can another site's page make them."""

import gzip
import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.reviews import reading
from db.store import exporting
from db.web import snapshot
from tests.db.test_web_axe import faults
from tests.db.test_web_valid import check
from tests.db.web_browser import browsing, complaints, take_the_seat
from tests.db.web_hostile import alive
from tests.db.web_people import PASSWORD, STRANGER, House, Person, build, house, sharing
from tests.db.web_world import NOW, World

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "\u202egnirts\u202c",
    "</textarea><b>",
)
ACTS = ("star", "tag", "note", "verdict", "draw", "merge", "split", "pin")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, root: Path) -> World:
    return build(tmp_path_factory.mktemp("reviews"), root)


@pytest.fixture
def home(world: World, tmp_path: Path) -> Iterator[House]:
    with house(world, sharing(tmp_path)) as opened:
        yield opened


@pytest.fixture
def anna(home: House) -> Person:
    found = home.visitor()
    found.sign_in()
    return found


@pytest.fixture
def boris(home: House) -> Person:
    found = home.visitor()
    found.sign_in("Борис", PASSWORD[::-1])
    return found


def rows(path: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


def log(home: House) -> list[tuple[Any, ...]]:
    return rows(home.site.reviews, "SELECT who, act FROM log ORDER BY id")


def stories(world: World) -> dict[int, list[int]]:
    """The reports of each real story that holds more than one."""
    found: dict[int, list[int]] = {}
    for story, report in rows(world.db, "SELECT story, report FROM placements ORDER BY report"):
        found.setdefault(story, []).append(report)
    return {story: reports for story, reports in found.items() if len(reports) > 1}


# -- who may


@pytest.mark.parametrize("act", ACTS)
def test_nobody_does_anything_without_signing_in(home: House, act: str) -> None:
    stranger = home.visitor(STRANGER)
    fields = {"kind": "report", "number": "1", "on": "1", "tag": "x", "text": "x", "answer": "relevant"}
    answer = stranger.send(f"/review/{act}", "/-/login", **fields)
    assert answer.status_code == 403
    assert "Sign in first; nothing was kept." in answer.text
    assert log(home) == []


@pytest.mark.parametrize("act", ACTS)
def test_no_form_is_taken_without_the_token_of_its_page(home: House, anna: Person, act: str) -> None:
    fields = {"kind": "report", "number": "1", "on": "1", "tag": "x", "text": "x", "answer": "relevant"}
    for made in (fields, {**fields, "csrftoken": "made up"}, {**fields, "csrftoken": home.visitor().token()}):
        answer = anna.post(f"/review/{act}", made)
        assert answer.status_code == 403
        assert "does not come from a page of this site" in answer.text
    assert log(home) == []


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_by_looking(home: House, anna: Person, act: str) -> None:
    assert anna.get(f"/review/{act}?kind=report&number=1&on=1&tag=x").status_code == 404
    assert log(home) == []


@pytest.mark.parametrize("path", ["/review", "/review/list", "/review/1", "/starred", "/tagged", "/tagged/x"])
def test_pages_of_reviews_lead_strangers_to_the_door(home: House, path: str) -> None:
    answer = home.visitor(STRANGER).get(path)
    assert (answer.status_code, answer.headers["location"]) == (302, f"/-/login?next={path}")


def test_a_stranger_sees_no_form_and_nobodys_notes(home: House, anna: Person, world: World) -> None:
    story = next(iter(stories(world)))
    anna.do("note", "/report/1", text="a note for us")
    anna.do("tag", "/report/1", tag="court", on="1")
    anna.do("note", f"/story/{story}", text="a note for us")
    for path in ("/report/1", f"/story/{story}"):
        page = home.visitor(STRANGER).page(path)
        assert f'href="/-/login?next={path}"' in page, path
        assert "<form" not in page.split('id="desk"')[1], path
        for word in ("a note for us", "court</bdi>", "anna"):
            assert word not in page.split('id="desk"')[1], (path, word)


# -- stars, tags, notes


def test_a_report_is_starred_listed_and_let_go(anna: Person, boris: Person) -> None:
    assert anna.do("star", "/report/1", on="1").headers["location"] == "/report/1#desk"
    assert 'aria-pressed="true">★ Starred' in anna.page("/report/1")
    assert 'href="/report/1"' in anna.page("/starred")
    assert "also by <bdi>anna</bdi>" in boris.page("/report/1")
    assert 'href="/report/1"' not in boris.page("/starred")
    anna.do("star", "/report/1", on="0")
    assert "Nothing yet." in anna.page("/starred")


def test_a_tag_of_any_script_leads_to_what_carries_it(anna: Person, boris: Person) -> None:
    anna.do("tag", "/report/1", tag="Ещё проверить & c", on="1")
    boris.do("tag", "/report/2", tag="ещё проверить & c", on="1")
    link = re.search(r'href="(/tagged/[^"]+)"', anna.page("/report/1"))
    assert link
    page = anna.page(link[1].replace("&amp;", "&"))
    assert 'href="/report/1"' in page
    assert 'href="/report/2"' in page
    assert re.search(r'<span class="count">2</span>', anna.page("/tagged"))
    boris.do("tag", "/report/1", tag="ещё проверить & c", on="0")
    assert 'href="/report/1"' not in anna.page(link[1])
    assert "Nothing yet." in anna.page("/tagged/%3Cscript%3E")


def test_a_note_is_seen_by_everyone_who_signs_in_and_removed_by_its_author(
    home: House, anna: Person, boris: Person
) -> None:
    anna.do("note", "/report/1", text="The court has another name.\r\nAsk the lawyer.")
    number = reading.marks(
        home.site.reviews, [("report", rows(home.site.file, "SELECT key FROM articles WHERE id=1")[0][0])]
    )
    note = number.notes[0]["id"]
    assert "The court has another name.\nAsk the lawyer.</bdi>" in boris.page("/report/1")
    assert f'name="remove" value="{note}"' not in boris.page("/report/1")
    refused = boris.send("/review/note", "/report/1", kind="report", number="1", remove=str(note))
    assert (refused.status_code, "Only whoever wrote a note" in refused.text) == (400, True)
    anna.do("note", "/report/1", remove=str(note))
    assert "another name" not in boris.page("/report/1")
    assert log(home) == [("anna", "note"), ("anna", "remove note")]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_notes_and_names_stay_text(world: World, tmp_path: Path, text: str) -> None:
    told = sharing(tmp_path)
    name = text if "\u202e" not in text else "anna"
    people = {name: told.people["anna"]}
    with house(world, sharing(tmp_path, people=people)) as opened:
        person = opened.visitor()
        assert person.sign_in(name).status_code == 303
        person.do("note", "/report/1", text=text)
        for path in ("/report/1", "/starred", "/-/login", "/-/logout"):
            page = person.page(path)
            assert list(alive(page)) == [], path
            assert "<b>" not in page, path
        notes = re.findall(r'<div class="note"><p dir="auto"><bdi>(.*?)</bdi>', person.page("/report/1"))
        assert [html.unescape(note) for note in notes] == [text]


def test_what_is_too_long_or_no_tag_is_explained_and_not_kept(home: House, anna: Person) -> None:
    cases = {"note": ("text", "x" * 10_000, "The note has 10,000 characters; at most 4,000 are kept."),
             "tag": ("tag", "<script>", "A tag is made of letters")}  # fmt: skip
    for act, (field, text, words) in cases.items():
        answer = anna.send(f"/review/{act}", "/report/1", kind="report", number="1", on="1", **{field: text})
        assert answer.status_code == 400
        assert words in answer.text
        assert str(home.site.reviews.parent) not in answer.text
    assert log(home) == []


@pytest.mark.parametrize("number", ["0", "999999", "-1", "1 OR 1=1", "9" * 30, ""])
def test_what_is_not_there_cannot_be_starred(home: House, anna: Person, number: str) -> None:
    for kind in ("report", "story", "person"):
        assert anna.send("/review/star", "/report/1", kind=kind, number=number, on="1").status_code == 404
    assert log(home) == []


def test_a_broken_file_of_reviews_takes_no_report_from_its_readers(home: House) -> None:
    for end in ("", "-wal", "-shm"):
        home.site.reviews.with_name(f"reviews.db{end}").unlink(missing_ok=True)
    home.site.reviews.write_text("broken " * 500)
    assert "desk" not in home.visitor().page("/report/1")


# -- verdicts and the queue


def test_a_reviewers_doubt_is_told_on_the_report_to_everyone_but_not_by_name(home: House, anna: Person) -> None:
    anna.do("verdict", "/report/1", answer="not relevant")
    assert "1 reviewer holds that this report is not about the topic." in home.visitor(STRANGER).page("/report/1")
    assert "anna" not in home.visitor(STRANGER).page("/report/1").split('id="desk"')[1]
    assert "<bdi>anna</bdi>: not relevant" in anna.page("/report/1")
    anna.do("verdict", "/report/1", answer="relevant")
    assert "holds that this report" not in home.visitor(STRANGER).page("/report/1")
    assert rows(home.site.file, "SELECT count(*) FROM articles WHERE id = 1") == [(1,)]
    assert rows(home.site.reviews, "SELECT draw FROM verdicts") == [(None,)]


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def test_the_queue_asks_for_page_after_page_and_keeps_each_answer_with_its_probability(
    home: House, anna: Person
) -> None:
    assert "Draw pages" in anna.page("/review")
    assert anna.send("/review/draw", "/review").headers["location"] == "/review"
    drawn = reading.sample(home.site.reviews)
    kinds = {item.stratum.name for item in drawn.items}
    assert {"KEPT", "UNCERTAIN", "WORDLESS", "UNREAD"} <= kinds
    for turn, item in enumerate(drawn.items):
        page = anna.page("/review")
        assert f"{turn} of {len(drawn.items)} answered" in page
        told = fields(page)
        assert told["item"] == str(item.id)
        answer = ("relevant", "not relevant", "unsure")[turn % 3]
        assert anna.post("/review/verdict", {**told, "answer": answer}).status_code == 303
    assert "Everything that was drawn is answered." in anna.page("/review")
    kept = rows(
        home.site.reviews, "SELECT v.draw, v.probability = i.probability FROM verdicts v JOIN items i USING (page)"
    )
    assert set(kept) == {(1, 1)}
    assert len(kept) == len(drawn.items)
    assert len(re.findall(r'href="/review/\d+"', anna.page("/review/list?show=unsure"))) == len(drawn.items) // 3


def test_skipping_passes_a_page_over_and_comes_back_to_it(home: House, anna: Person) -> None:
    anna.send("/review/draw", "/review")
    first, second, *_, last = reading.sample(home.site.reviews).items
    skip = re.search(r'href="(/review\?after=\d+)"', anna.page("/review"))
    assert skip
    assert fields(anna.page(skip[1]))["item"] == str(second.id)
    assert "skipped" in anna.page(f"/review?after={last.position}")
    assert fields(anna.page("/review"))["item"] == str(first.id)
    assert anna.get("/review?after=x").status_code == 200


def test_what_is_shown_is_enough_to_judge_a_page_and_the_judge_stays_folded(home: House, anna: Person) -> None:
    anna.send("/review/draw", "/review")
    for item in reading.sample(home.site.reviews).items:
        page = anna.page(f"/review/{item.id}")
        assert "Without a headline" not in page
        assert re.search(r"Original: <a class=\"outside\"", page), item
        assert page.index("<details>") < page.index("What the judge made of it")
        assert f"{item.score:.2f} of 1" in page.split("<details>")[1]
        assert re.search(r"The report</a>|The capture</a> \(WARC\)", page), item
        if "/far/" in item.page:
            assert "The mayor opened the new bridge on Monday" in page
            assert "alert(1)" not in page
            record = gzip.decompress(anna.get(f"/review/{item.id}.warc.gz").content)
            assert item.page.encode() in record


def test_an_answer_to_another_item_or_of_another_kind_is_refused(home: House, anna: Person) -> None:
    anna.send("/review/draw", "/review")
    told = fields(anna.page("/review"))
    for changes in ({"page": "elsewhere.example/"}, {"item": "99999"}, {"answer": "perhaps"}):
        answer = anna.post("/review/verdict", {**told, "answer": "relevant", **changes})
        assert answer.status_code == 400, changes
    assert anna.get("/review/99999").status_code == 404
    assert rows(home.site.reviews, "SELECT count(*) FROM verdicts") == [(0,)]


# -- stories


def test_what_is_asked_of_stories_waits_for_the_next_crawl_and_is_told(home: House, anna: Person, world: World) -> None:
    one, other = list(stories(world))[:2]
    answer = anna.send(
        "/review/merge", f"/story/{one}", number=str(one), other=f"http://x/story/{other}/", note="same trial"
    )
    assert answer.headers["location"] == f"/story/{one}#desk"
    report = stories(world)[one][-1]
    anna.send("/review/split", f"/story/{one}", number=str(one), report=str(report))
    anna.send("/review/pin", f"/story/{one}", number=str(one), report=str(report))
    page = anna.page(f"/story/{one}")
    assert page.count("waits for the next crawl") == 3
    assert "<bdi>same trial</bdi>" in page
    assert [ruling.kind for ruling in reading.rulings(home.site.reviews)] == ["merge", "split", "pin"]
    assert rows(world.db, "SELECT count(*) FROM rulings") == [(0,)], "the site writes nothing into the database"


@pytest.mark.parametrize("other", ["", "0", "x", "999999", "1 2", "9" * 40])
def test_a_story_is_not_merged_with_what_is_none_or_with_itself(
    home: House, anna: Person, world: World, other: str
) -> None:
    one = next(iter(stories(world)))
    for told in (other, str(one)):
        assert anna.send("/review/merge", f"/story/{one}", number=str(one), other=told).status_code == 400
    assert anna.send("/review/split", f"/story/{one}", number=str(one), report="1").status_code == 400
    assert log(home) == []


# -- the file stays at home


def test_the_file_of_reviews_is_no_database_of_the_site_and_no_copy_holds_it(
    anna: Person, world: World, tmp_path: Path
) -> None:
    anna.do("note", "/report/1", text="a secret word: wolverine")
    anna.do("tag", "/report/1", tag="wolverine", on="1")
    for path in ("/reviews", "/reviews.json", "/reviews.db", "/reviews/notes.json", "/deserters/notes.json"):
        assert anna.get(path).status_code == 404, path
    assert set(anna.get("/.json").json()) == {"deserters"}
    assert anna.get("/deserters.json?sql=select+*+from+reviews.notes").status_code == 400
    assert b"wolverine" not in anna.get("/deserters.db").content
    assert b"wolverine" not in snapshot.copy(world.db, tmp_path).read_bytes()
    exporting.export(world.db, tmp_path / "then.db", NOW + timedelta(days=400), lambda _: None)
    assert b"wolverine" not in (tmp_path / "then.db").read_bytes()


# -- as it looks


@pytest.fixture(scope="module")
def seen(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pages of reviews as someone signed in sees them, with everything on them."""
    story = next(iter(stories(world)))
    with house(world, sharing(tmp_path_factory.mktemp("seen"))) as opened:
        found = {path: opened.visitor().page(path) for path in ("/-/login", "/-/logout", "/report/2")}
        anna = opened.visitor()
        anna.sign_in()
        found["empty queue"] = anna.page("/review")
        for path in ("/report/1", f"/story/{story}"):
            anna.do("star", path, on="1")
            anna.do("tag", path, tag="court", on="1")
            anna.do("note", path, text="\u0634 <b>\nnote")
        anna.do("verdict", "/report/1", answer="not relevant")
        anna.send("/review/split", f"/story/{story}", number=str(story), report=str(stories(world)[story][-1]))
        anna.send("/review/draw", "/review")
        paths = ("/report/1", f"/story/{story}", "/review", "/review/list", "/starred", "/tagged", "/tagged/court",
                 "/-/login?x=1", "/-/logout?x=1", "/review?after=9999")  # fmt: skip
        wrong = anna.send("/review/tag", "/report/1", kind="report", number="1", on="1", tag="<")
        return {**found, "refused": wrong.text, **{path: anna.page(path) for path in paths}}


def test_pages_of_reviews_are_valid(seen: dict[str, str], tmp_path: Path) -> None:
    for number, page in enumerate(seen.values()):
        (tmp_path / f"{number}.html").write_text(page, encoding="utf-8")
    names = list(seen)
    found = [
        (names[int(m["url"].rsplit("/")[-1].split(".")[0])], m["message"], m.get("extract")) for m in check(tmp_path)
    ]
    assert found == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_reviews_have_no_serious_fault(
    seen: dict[str, str], tmp_path: Path, root: Path, width: int, scheme: str
) -> None:
    style = (root / "db/web/static/site.css").read_text(encoding="utf-8")
    found = {}
    with browsing(tmp_path / "profile") as browser:
        for number, (name, page) in enumerate(seen.items()):
            file = tmp_path / f"{number}.html"
            file.write_text(re.sub(r'<link rel="stylesheet"[^>]*>', f"<style>{style}</style>", page), encoding="utf-8")
            take_the_seat(browser, width, scheme)
            browser.get(file.as_uri())
            found[name] = [each for each in faults(browser) if each["impact"] in {"serious", "critical"}]
            wide = browser.execute_script("return document.documentElement.scrollWidth")
            assert wide <= width, name
        assert [line for line in complaints(browser) if "favicon" not in line and "mark.svg" not in line] == []
    assert {name: each for name, each in found.items() if each} == {}
