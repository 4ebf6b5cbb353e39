"""A language model may propose facts; what it does not quote from the text is dropped and counted."""

import json
import sqlite3
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from db.store import Store
from scheduler.cli import app
from tests import factory

TEXT = "Courts received 7,300 cases. France granted asylum to a deserter. He fears deportation."
ANSWER = {
    "figures": [
        {"quote": "7,300 cases", "value": 7300, "type": "absence-cases", "organisation": "Mediazona"},
        {"quote": "8,100 cases", "value": 8100, "type": "absence-cases"},
        {"quote": "7,300", "value": 9, "type": "deserters"},
    ],
    "decisions": [
        {"quote": "France granted asylum to a deserter.", "kind": "asylum-granted", "country": "fr"},
        {"quote": "He was deported.", "kind": "deported", "country": "ru"},
    ],
}


@pytest.fixture
def server() -> Iterator[str]:
    class Model(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert asked["messages"][-1]["content"] == TEXT
            told = {"role": "assistant", "content": json.dumps(ANSWER)}
            body = json.dumps({
                "id": "1", "object": "chat.completion", "created": 1, "model": asked["model"],
                "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
                "choices": [{"index": 0, "message": told, "finish_reason": "stop"}],
            }).encode()  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Model) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/v1"
        http.shutdown()


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "d.db"
    with Store(path, holder="test") as store:
        store.save(factory.analysis(article=factory.article(text=TEXT)), page="p", report="r")
    return path


def run(db: Path, monkeypatch: pytest.MonkeyPatch, base: str) -> tuple[int, str]:
    monkeypatch.setenv("LLM_USER_PATH", str(db.parent))
    monkeypatch.setenv("DESERTERS_LLM_BASE", base)
    monkeypatch.setenv("DESERTERS_LLM_MODEL", "small")
    done = CliRunner().invoke(app, ["propose", "--db", str(db)])
    return done.exit_code, " ".join(done.output.split())


def test_only_what_stands_in_the_text_is_kept(db: Path, monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    pytest.importorskip("llm", reason="needs the extra llm")
    code, told = run(db, monkeypatch, server)
    assert (code, told) == (0, "1 reports: 2 facts kept, 3 dropped by the quote guard, 0 answers that were none.")
    with sqlite3.connect(db) as connection:
        figures = connection.execute("SELECT quote, low, found_by, certainty FROM figures").fetchall()
        decisions = connection.execute("SELECT kind, country, found_by FROM decisions").fetchall()
    assert figures == [("7,300 cases", 7300.0, "model", 0.5)]
    assert decisions == [("asylum-granted", "fr", "model")]
    assert run(db, monkeypatch, server)[1].startswith("0 reports"), "each report is asked about once"


def test_a_server_that_is_not_there_is_named(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llm", reason="needs the extra llm")
    code, told = run(db, monkeypatch, "http://127.0.0.1:9/v1")
    assert code == 1
    assert "http://127.0.0.1:9/v1" in told


def test_without_a_model_the_settings_are_named(db: Path) -> None:
    done = CliRunner().invoke(app, ["propose", "--db", str(db)])
    assert done.exit_code == 2
    assert "llm_model" in done.output
