"""Anybody's WARC files are read, whole or damaged: what stands before the damage is given, then the damage is named."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastwarc import stream_io
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import BufferWARCWriter

from db.archive import captures, read
from db.errors import ArchiveError
from db.model import Offer
from tests.db.archives import files, filled, readable

# -- other people's files


GZIP = b"<p>gzip</p>" * 100  # longer than what it is packed to


@cache
def foreign(version: str = "1.0") -> bytes:
    """A WARC file as others write it: warcinfo, requests, revisits and three pages, of which two are coded."""
    out = BufferWARCWriter(gzip=False, warc_version=f"WARC/{version}")
    number = count(1)

    def record(kind: str, url: str, payload: bytes, headers: list[tuple[str, str]], line: str = "200 OK") -> None:
        http = StatusAndHeaders(line, headers, protocol="HTTP/1.1")
        told = {"WARC-Date": f"2020-01-01T00:00:{next(number):02}Z"}
        out.write_record(
            out.create_warc_record(
                url, kind, payload=BytesIO(payload), length=len(payload), http_headers=http, warc_headers_dict=told
            )
        )

    html = [("Content-Type", "text/html")]
    out.write_record(out.create_warcinfo_record("x.warc", {"software": "other"}))
    record("request", "http://o.example/plain", b"", [("Host", "o.example")], "GET / HTTP/1.1")
    record("response", "http://o.example/plain", b"<p>plain</p>", html)
    record("revisit", "http://o.example/plain", b"", html)
    record("response", "http://o.example/gzip", gzip.compress(GZIP), [*html, ("Content-Encoding", "gzip")])
    chunked = b"6\r\n<p>chu\r\n7\r\nnked</p\r\n1\r\n>\r\n0\r\n\r\n"
    record("response", "http://o.example/chunked", chunked, [*html, ("Transfer-Encoding", "chunked")])
    record("response", "http://o.example/gone", b"gone", html, "404 Not Found")
    return bytes(out.get_contents())


def members_of(data: bytes) -> list[bytes]:
    head = data[:10]
    return [head + part for part in data.split(head)[1:]]


packed = partial(gzip.compress, mtime=0)


def zstd(data: bytes) -> bytes:
    sink = BytesIO()
    with stream_io.ZstdWriter(sink) as packer:
        packer.write(data)
    return sink.getvalue()


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "a member each": lambda data: b"".join(map(packed, members_of(data))),
    "gzip as a whole": packed,
    "zstd": zstd,
}


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("form", FORMS)
def test_a_foreign_file_gives_its_pages_decoded_and_passes_over_the_rest(
    tmp_path: Path, form: str, version: str
) -> None:
    path = tmp_path / "foreign.warc"
    path.write_bytes(FORMS[form](foreign(version)))
    found, trouble = readable(path)
    assert trouble == ""
    assert [(one.url.rpartition("/")[2], one.body, one.status) for one in found] == [
        ("plain", b"<p>plain</p>", 200),
        ("gzip", GZIP, 200),
        ("chunked", b"<p>chunked</p>", 200),
        ("gone", b"gone", 404),
    ]
    assert found[0].fetched_at == datetime(2020, 1, 1, 0, 0, 2, tzinfo=UTC)
    assert all(one.offer == Offer(source="") and one.requested_url == "" for one in found)


def test_places_in_a_foreign_file_lead_back_to_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "f.warc.gz"
    path.write_bytes(FORMS["a member each"](foreign()))
    for one in captures(path, tmp_path):
        assert one.place
        assert read(tmp_path, one.place).body == one.body


def test_metadata_of_other_programs_is_not_taken_for_ours(tmp_path: Path) -> None:
    out = BufferWARCWriter(gzip=True)
    for block in (b"fetchTimeMs: 12", b'{"title": "x"}', b"[1]", b'{"deserters": 1}'):
        out.write_record(out.create_warc_record("http://o.example/", "metadata", payload=BytesIO(block)))
        http = StatusAndHeaders("200 OK", [], protocol="HTTP/1.1")
        out.write_record(
            out.create_warc_record("http://o.example/", "response", payload=BytesIO(b"x"), http_headers=http)
        )
    path = tmp_path / "f.warc.gz"
    path.write_bytes(out.get_contents())
    assert [one.offer for one in captures(path)] == [Offer(source="")] * 4


# -- damaged files


@given(st.sampled_from(sorted(FORMS)), st.integers(min_value=1))
@settings(max_examples=80)
def test_a_file_that_breaks_off_gives_whole_pages_then_an_error_that_names_file_and_byte(form: str, back: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "broken.warc"
        data = FORMS[form](foreign())
        path.write_bytes(data)
        whole = [one.body for one in captures(path)]
        cut = 1 + back % (len(data) - 1)
        path.write_bytes(data[:cut])
        found, trouble = readable(path)
        assert [one.body for one in found] == whole[: len(found)]
        at_a_joint = form == "a member each" and data[cut : cut + 8] == data[:8]
        may_be_a_joint = form == "plain" and data[:cut].endswith(b"\r\n\r\n")
        assert ("broken.warc" in trouble and "byte" in trouble) != at_a_joint or may_be_a_joint


def test_a_flipped_bit_ends_the_file_with_an_error_after_what_stands_before(tmp_path: Path) -> None:
    sent = filled(tmp_path, 5)
    path = files(tmp_path)[0]
    data = bytearray(path.read_bytes())
    assert sent[3].place
    data[sent[3].place.offset + 700] ^= 0x10
    path.write_bytes(data)
    found, trouble = readable(path)
    assert [one.url for one in found] == [one.url for one in sent[:3]]
    assert path.name in trouble
    assert "byte" in trouble
    with pytest.raises(ArchiveError, match=path.name):
        read(tmp_path, sent[3].place)
    assert read(tmp_path, sent[4].place).body == sent[4].body if sent[4].place else False


@pytest.mark.parametrize("body", [b"<html>no archive</html>" * 50, gzip.compress(b"<html>" * 50)])
def test_a_file_that_is_no_warc_says_so(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "page.warc.gz"
    path.write_bytes(body)
    found, trouble = readable(path)
    assert found == []
    assert "page.warc.gz" in trouble


def test_an_empty_file_holds_no_page(tmp_path: Path) -> None:
    path = tmp_path / "empty.warc.gz"
    path.write_bytes(b"")
    assert readable(path) == ([], "")


def test_a_missing_archive_file_is_an_archive_error(tmp_path: Path) -> None:
    found, trouble = readable(tmp_path / "none.warc.gz")
    assert found == []
    assert "none.warc.gz" in trouble
