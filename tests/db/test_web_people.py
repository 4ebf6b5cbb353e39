"""People sign in by password or by what a proxy says; nobody can forge either, guess for long, or be used by a page."""

import ipaddress
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from db.web import attempts
from db.web.sharing import Sharing
from tests.db.web_people import PASSWORD, STRANGER, House, house, sharing
from tests.db.web_world import World, build

BEHIND = {"header": "X-Remote-User"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("people"))


@pytest.fixture
def home(world: World, tmp_path: Path) -> Iterator[House]:
    with house(world, sharing(tmp_path)) as opened:
        yield opened


@pytest.fixture
def closed(world: World, tmp_path: Path) -> Iterator[House]:
    with house(world, sharing(tmp_path, require_login=True), local=False) as opened:
        yield opened


@pytest.fixture
def proxied(world: World, tmp_path: Path) -> Iterator[House]:
    with house(world, sharing(tmp_path, people={}, require_login=True, **BEHIND), local=False) as opened:
        yield opened


# -- passwords


def test_the_right_password_opens_and_leads_to_where_one_wanted_to_go(home: House) -> None:
    anna = home.visitor()
    answer = anna.sign_in(to="/report/1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/report/1")
    assert json.loads(anna.page("/-/actor.json"))["actor"] == {"id": "anna", "by": "password"}


def test_a_name_in_another_script_signs_in_too(home: House) -> None:
    boris = home.visitor()
    assert boris.sign_in("Борис", PASSWORD[::-1]).status_code == 303
    assert "<bdi>Борис</bdi>" in boris.page("/-/login")


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("nobody", PASSWORD), ("anna", ""), ("", PASSWORD)])
def test_a_wrong_name_or_password_is_told_the_same(home: House, name: str, password: str) -> None:
    answer = home.visitor().sign_in(name, password)
    assert answer.status_code == 403
    assert "This name and password do not belong together." in answer.text
    assert "ds_actor" not in str(answer.headers)


@pytest.mark.parametrize(
    "to", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x", "/-/logout"]
)
def test_signing_in_leads_to_no_other_site(home: House, to: str) -> None:
    assert home.visitor().sign_in(to=to).headers["location"] == "/"


def test_a_sign_in_without_its_token_is_refused_and_explained(home: House) -> None:
    stranger = home.visitor()
    fields = {"name": "anna", "password": PASSWORD}
    for made in (fields, {**fields, "csrftoken": "made up"}):
        answer = stranger.post("/-/login", made)
        assert answer.status_code == 403
        assert "does not come from a page of this site" in answer.text
        stranger.get("/-/login")  # the second time with the cookie, which alone is not enough
    assert "ds_actor" not in stranger.client.cookies


def test_signing_out_takes_a_form_and_ends_it(home: House) -> None:
    anna = home.visitor()
    anna.sign_in()
    assert 'method="post"' in anna.page("/-/logout")
    assert json.loads(anna.page("/-/actor.json"))["actor"]["id"] == "anna"
    assert anna.send("/-/logout", "/-/logout").status_code == 303
    assert json.loads(anna.page("/-/actor.json"))["actor"] is None


def test_another_password_or_no_person_ends_what_was_signed_before(world: World, tmp_path: Path) -> None:
    told = sharing(tmp_path)
    with house(world, told) as before:
        anna = before.visitor()
        anna.sign_in()
        ticket = anna.client.cookies["ds_actor"]
    changed = sharing(tmp_path)  # the same password, salted anew
    gone = sharing(tmp_path, people={"Борис": told.people["Борис"]})
    for after, expected in ((told, {"id": "anna", "by": "password"}), (changed, None), (gone, None)):
        with house(world, after) as now:
            visitor = now.visitor(cookie=f"ds_actor={ticket}")
            assert json.loads(visitor.page("/-/actor.json"))["actor"] == expected


def test_a_ticket_ends_after_two_weeks(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = home.visitor()
    anna.sign_in()
    moment = time.time() + 14 * 24 * 3600 + 1
    monkeypatch.setattr("db.web.people.time", lambda: moment)
    assert json.loads(anna.page("/-/actor.json"))["actor"] is None


def test_a_cookie_of_datasettes_own_kind_is_nobody(home: House) -> None:
    for made in ({"a": {"id": "root"}}, {"a": {"id": "anna"}}):
        visitor = home.visitor(cookie=f"ds_actor={home.site.sign(made, 'actor')}")
        assert json.loads(visitor.page("/-/actor.json"))["actor"] is None


def test_a_password_with_the_request_itself_is_not_taken(home: House) -> None:
    for _ in range(8):
        answer = home.visitor().get("/-/actor.json", auth=("anna", PASSWORD))
        assert answer.json()["actor"] is None


def test_tools_that_work_for_anyone_are_not_there(home: House) -> None:
    for path in ("/-/password-tool", "/-/auth-token?token=x"):
        assert home.visitor().get(path).status_code == 404


def test_hashes_and_the_secret_stand_on_no_page(home: House) -> None:
    anna = home.visitor()
    anna.sign_in()
    for path in ("/-/metadata.json", "/-/settings.json", "/-/plugins.json?all=1", "/-/versions.json", "/-/threads.json",
                 "/-/config.json", "/-/actor.json", "/-/login"):  # fmt: skip
        text = anna.get(path).text
        assert "pbkdf2" not in text, path
        assert home.site.sharing.secret not in text, path
        assert all(stored not in text for stored in home.site.sharing.people.values()), path


# -- guessing


def test_five_failures_of_one_address_make_it_wait_even_with_the_right_password(home: House) -> None:
    guesser = home.visitor(STRANGER)
    told = [guesser.sign_in("anna", f"guess {number}").status_code for number in range(6)]
    assert told == [403] * 5 + [429]
    answer = guesser.sign_in()
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert "There were too many tries. Wait" in answer.text
    assert home.visitor("198.51.100.7").sign_in().status_code == 303, "others are let in meanwhile"


def test_a_name_guessed_from_many_addresses_waits_too(home: House) -> None:
    told = [home.visitor(f"198.51.100.{number}").sign_in("anna", "guess").status_code for number in range(21)]
    assert told == [403] * 20 + [429]


def test_successes_do_not_count_as_failures(home: House) -> None:
    assert {home.visitor(STRANGER).sign_in().status_code for _ in range(8)} == {303}


def test_after_a_minute_one_may_try_again() -> None:
    now = [0.0]
    counted = attempts.Attempts(lambda: now[0])
    for at in range(5):
        now[0] = float(at)
        assert counted.wait(STRANGER, "anna") == 0
    assert counted.wait(STRANGER, "anna") == 56
    now[0] = 60.5
    assert counted.wait(STRANGER, "anna") == 0


def test_addresses_of_one_customer_count_as_one_and_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = attempts.Attempts(lambda: 0.0)
    told = [counted.wait(f"2001:db8:1:2::{number:x}", "") for number in range(1, 7)]
    assert told == [0, 0, 0, 0, 0, 60]
    monkeypatch.setattr(attempts, "_MOST_KEPT", 50)
    assert [counted.wait(f"10.0.0.{number}", "") for number in range(60)].count(0) == 49


# -- who may see a page at all


OPEN = ("/-/login", "/robots.txt", "/static/site.css", "/static/mark.svg")
SHUT = ("/", "/stories", "/report/1", "/capture/1", "/capture/1.warc.gz", "/deserters", "/deserters.db", "/.json",
        "/deserters/reports.json", "/deserters/reports.csv?_stream=1", "/deserters/articles/1", "/-/metadata.json",
        "/-/databases.json", "/search", "/review", "/starred", "/static/../deserters.json", "/static/%2e%2e/deserters",
        "/-/login/../../deserters", "/-/login.json", "//-/login", "/-/static/app.css", "/no/such/page")  # fmt: skip


def test_on_a_closed_site_only_the_door_is_seen(closed: House) -> None:
    stranger = closed.visitor(STRANGER)
    for path in OPEN:
        assert stranger.get(path).status_code == 200, path
    for path in SHUT:
        answer = stranger.get(path)
        assert answer.status_code in {302, 400, 403}, (path, answer.status_code)
        assert "asylum" not in answer.text.lower(), path
        assert answer.headers["content-security-policy"].startswith("default-src 'none'"), path


def test_readers_are_led_to_the_door_and_back_and_programs_are_told(closed: House) -> None:
    anna = closed.visitor(STRANGER)
    led = anna.get("/deserters/reports?language=ru&_sort=id", headers={"accept": "text/html"})
    assert led.headers["location"] == "/-/login?next=/deserters/reports%3Flanguage%3Dru%26_sort%3Did"
    assert 'name="next" value="/deserters/reports?language=ru&amp;_sort=id"' in anna.page(led.headers["location"])
    told = anna.get("/deserters/reports.json")
    assert (told.status_code, told.json()["error"]) == (403, "This site is for signed-in people.")
    assert anna.post("/report/1", {"x": "y"}).status_code == 403
    anna.sign_in()
    assert anna.get("/report/1").status_code == 200
    assert anna.get("/deserters/reports.json").status_code == 200


def test_an_open_site_shows_everything_to_everyone(home: House) -> None:
    stranger = home.visitor()
    for path in ("/", "/report/1", "/deserters/reports.json", *OPEN):
        assert stranger.get(path).status_code == 200, path


def test_where_nobody_has_a_password_the_door_says_how_to_make_one(world: World, tmp_path: Path) -> None:
    with house(world, Sharing(reviews=tmp_path / "reviews.db")) as bare:
        assert "deserters password NAME" in bare.visitor().page("/-/login")
        assert "Sign in</a> to star, tag or note." in bare.visitor().page("/report/1")
    assert not (tmp_path / "reviews.db").exists(), "nobody reviews, so there is no file of reviews"


# -- a proxy that tells who asks


def test_what_the_proxy_says_is_believed(proxied: House) -> None:
    told = {b"x-remote-user": "Борис".encode()}
    boris = proxied.visitor()
    assert boris.get("/report/1", headers=told).status_code == 200
    assert boris.get("/-/actor.json", headers=told).json()["actor"] == {"id": "Борис", "by": "proxy"}


def test_a_forged_header_from_elsewhere_is_nobody(proxied: House) -> None:
    for address in (STRANGER, "10.0.0.5", "::ffff:203.0.113.9", ""):
        forger = proxied.visitor(address, X_Remote_User="anna", X_Forwarded_For="127.0.0.1")
        assert forger.get("/report/1", headers={"accept": "text/html"}).status_code == 302, address


def test_only_the_proxies_that_were_named_are_believed(world: World, tmp_path: Path) -> None:
    told = sharing(tmp_path, people={}, proxies=(ipaddress.ip_network("10.1.0.0/16"),), **BEHIND)
    with house(world, told) as behind:
        for address, expected in (("10.1.2.3", "anna"), ("127.0.0.1", None), ("10.2.0.1", None)):
            actor = behind.visitor(address, X_Remote_User="anna").get("/-/actor.json").json()["actor"]
            assert (actor or {}).get("id") == expected, address


def test_a_header_that_came_twice_is_nobody(proxied: House) -> None:
    visitor = proxied.visitor()
    answer = visitor.get("/report/1", headers=[("X-Remote-User", "boss"), ("x-remote-user", "anna")])
    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["root", "Root", "", "a" * 65, "anna\u202e", "a\x7fb"])
def test_a_name_that_nobody_may_have_is_nobody(proxied: House, name: str) -> None:
    answer = proxied.visitor().get("/report/1", headers={b"x-remote-user": name.encode()})
    assert answer.status_code == 302


def test_without_the_setting_the_header_means_nothing(closed: House) -> None:
    assert closed.visitor(X_Remote_User="anna").get("/report/1").status_code == 302


def test_another_sites_page_cannot_use_who_the_proxy_knows(proxied: House) -> None:
    victim = proxied.visitor(X_Remote_User="anna")
    fields = {"kind": "report", "number": "1", "on": "1"}
    for headers in ({}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        answer = victim.post("/review/star", fields, headers=headers)
        assert answer.status_code == 403, headers
    token = victim.token("/report/1")
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "same-site"}):
        assert victim.post("/review/star", {**fields, "csrftoken": token}, headers=headers).status_code == 403
    same = {"origin": "http://127.0.0.1:8001", "sec-fetch-site": "same-origin"}
    assert victim.post("/review/star", {**fields, "csrftoken": token}, headers=same).status_code == 303


# -- cookies and forms


def test_cookies_are_out_of_reach_of_scripts_and_by_https_alone_where_one_came_by_it(home: House) -> None:
    secure = {True: home.visitor(X_Forwarded_Proto="https"), False: home.visitor(STRANGER, X_Forwarded_Proto="https")}
    for by_https, visitor in secure.items():
        cookies = visitor.get("/-/login").headers.get_list("set-cookie")
        visitor.client.base_url = f"http{'s' if by_https else ''}://127.0.0.1:8001"  # else it would not send them back
        cookies += visitor.sign_in().headers.get_list("set-cookie")
        cookies += visitor.send("/-/logout", "/-/logout").headers.get_list("set-cookie")
        assert len(cookies) >= 3
        for cookie in cookies:
            parts = [part.strip().lower() for part in cookie.split(";")]
            assert parts.count("httponly") == 1, cookie
            assert parts.count("samesite=lax") == 1, cookie
            assert parts.count("secure") == int(by_https), cookie


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"a=" + b"x" * 200_000, {}, 413),
        (b"a=\xff", {}, 400),
        (b"{}", {"content-type": "application/json"}, 415),
        (b"--x\r\n", {"content-type": "multipart/form-data; boundary=x"}, 415),
    ],
)
def test_what_is_no_form_of_ours_is_not_read(home: House, body: bytes, headers: dict[str, str], status: int) -> None:
    form = {"content-type": "application/x-www-form-urlencoded", **headers}
    anna = home.visitor()
    answer = home.run(anna.client.post("/-/login", content=body, headers=form))
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert re.search(r"content-security-policy", str(answer.headers))


def test_a_form_that_does_not_say_how_long_it_is_is_not_read(home: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"a=b"

    answer = home.run(home.visitor().client.post("/-/login", content=endless()))
    assert answer.status_code == 411
