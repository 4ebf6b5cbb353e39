"""`deserters serve` says in one line what is wrong, and serves the file that is there, under one name."""

import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from db.errors import DesertersError
from db.web import serve
from tests.db.web_browser import Visitor, serving
from tests.db.web_world import World, build


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("serve"))


def told(path: Path) -> str:
    with pytest.raises(DesertersError) as caught:
        serve.create_app(path, path.parent)
    return str(caught.value)


def test_a_missing_an_empty_and_a_strange_file_are_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "strange.db").write_text("no database at all, but long enough to be looked into" * 20)
    (tmp_path / "folder.db").mkdir()
    for name in ("missing.db", "empty.db", "strange.db", "folder.db"):
        message = told(tmp_path / name)
        assert message.startswith(f"{tmp_path / name}: ")
        assert "`deserters crawl`" in message
        assert "`make demo`" in message
        assert "\n" not in message
    assert not (tmp_path / "missing.db").exists()


def test_the_database_is_called_deserters_whatever_its_file_is_called(world: World) -> None:
    assert world.db.name != "deserters.db"
    with Visitor(world.db, world.archive) as visitor:
        assert set(visitor.get("/.json").json()) == {"deserters"}


def test_a_port_in_use_is_named(world: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DesertersError, match=f"127.0.0.1:{port}: cannot listen there"):
            serve.serve(world.db, world.archive, "127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.9.9.9", True), ("0.0.0.0", False), ("::", False),
     ("192.0.2.1", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_only_addresses_of_this_machine_are_local(host: str, *, loopback: bool) -> None:
    assert serve.is_loopback(host) is loopback


def test_the_server_says_where_it_is_and_ends_when_told(world: World) -> None:
    with serving(world) as (process, address):
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  # a loopback address of this test
            assert "Reports found last" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert out.count(address) == 1
    assert "Traceback" not in err
    assert process.returncode in (0, 130, -signal.SIGINT)


def test_the_server_ends_cleanly_when_the_system_asks(world: World) -> None:
    with serving(world) as (process, _):
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert err == ""
