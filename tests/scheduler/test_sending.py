"""A message reaches real receivers, or an error says so without a secret."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ConfigurationError
from scheduler.delivery.sending import DeliveryError, Message, alias, call, check, send
from tests.loopback import Host, Reply
from tests.receivers import PASSWORD, free_port, mail_server, webhook

MESSAGE = Message(id="0123456789abcdef", kind="alarm", subject="Тревога: de/blatt", body="- first line\n- second line")
TOKEN = "t0ken-of-the-hook"  # noqa: S105  # of a receiver that lives for one test


def test_a_mail_arrives_with_subject_lines_and_id() -> None:
    with mail_server() as (box, address):
        send(address, MESSAGE)
    [mail] = box.mails
    assert "- first line\n- second line\n\nMessage 0123456789abcdef" in box.texts[0].replace("\r\n", "\n")
    assert mail["X-Deserters-Id"] == MESSAGE.id
    assert "=?utf-8?" in mail["Subject"].lower()


def test_a_server_that_wants_a_password_gets_it_and_a_wrong_one_is_an_error_without_it() -> None:
    with mail_server(password=PASSWORD) as (box, address):
        send(address, MESSAGE)
        with pytest.raises(DeliveryError) as caught:
            send(address.replace(PASSWORD, "wr0ng-one"), MESSAGE)
    assert len(box.mails) == 1
    assert "wr0ng" not in str(caught.value)


def test_a_webhook_gets_title_text_and_id() -> None:
    with webhook() as hook:
        send(hook.address, MESSAGE)
    [got] = hook.got
    assert (got["title"], got["message"]) == (MESSAGE.subject, f"{MESSAGE.body}\n\nMessage {MESSAGE.id}")
    assert hook.ids == [MESSAGE.id]


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_receiver_that_fails_is_an_error_that_shows_no_secret(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with webhook(token=TOKEN) as hook:
        hook.status = status
        with pytest.raises(DeliveryError) as caught:
            send(hook.address, MESSAGE)
    assert "json-127.0.0.1-" in str(caught.value)
    assert TOKEN not in str(caught.value) + caplog.text
    assert TOKEN not in "".join(f"{record.args}{record.msg}" for record in caplog.records)


def test_a_receiver_that_never_answers_costs_no_more_than_its_time() -> None:
    with webhook() as hook:
        hook.hang = 12
        with pytest.raises(DeliveryError):
            send(hook.address, MESSAGE, seconds=1)
    with pytest.raises(DeliveryError):
        send(f"mailto://127.0.0.1:{free_port()}?from=a@example.org&to=b@example.org&mode=insecure", MESSAGE, seconds=1)


def test_an_address_that_apprise_does_not_know_is_wrong_use() -> None:
    check("json://127.0.0.1:1/x", "alerts, address 1")
    with pytest.raises(ConfigurationError, match="alerts, address 2: Apprise does not understand the address nonsense"):
        check(f"nonsense://user:{PASSWORD}@host", "alerts, address 2")


@given(
    st.sampled_from(["mailto", "mailtos", "json", "tgram", "slack", "discord", "ntfys", "matrix"]),
    st.text(alphabet="ghijklmnopqrstuvwxyzGHIJKLMNOP", min_size=6, max_size=30),
    st.text(alphabet="ghijklmnopqrstuvwxyzGHIJKLMNOP", min_size=6, max_size=30),
)
def test_an_alias_holds_no_part_of_an_address_that_is_secret(scheme: str, user: str, secret: str) -> None:
    for address in (f"{scheme}://{user}:{secret}@mx.example.org/{secret}?to={user}", f"{scheme}://{secret}/{user}/"):
        shown = alias(address) if "@" in address or scheme in {"tgram", "slack", "discord"} else ""
        assert secret not in shown
        assert user not in shown or user in scheme


def test_a_dead_mans_switch_is_called_and_its_failure_is_an_error_without_its_address() -> None:
    with Host("127.0.0.1", {"/ping/s3cret": Reply(body=b"ok")}) as host:
        call(f"{host.base}/ping/s3cret")
        assert host.paths() == ["/ping/s3cret"]
        with pytest.raises(DeliveryError) as caught:
            call(f"{host.base}/other/s3cret")
    assert "s3cret" not in str(caught.value)
    with pytest.raises(DeliveryError, match="ConnectionError"):
        call(f"http://127.0.0.1:{free_port()}/s3cret")
