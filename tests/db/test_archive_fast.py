"""Members of one record each are inflated as a whole: what comes out is what the library alone gives."""

import gzip
import zlib
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.archive import inflating, streamed
from db.archive.inflating import Members
from db.errors import ArchiveError
from db.model import Capture
from tests.db.archives import readable
from tests.db.test_archive_foreign import foreign, members_of, packed

MARK = b"\x1f\x8b\x08"


def stored(data: bytes) -> bytes:
    """A gzip member that holds ``data`` as it is."""
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def response(url: str, body: bytes, *, head: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n") -> bytes:
    block = head + body
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2024-05-17T06:00:00Z\r\nWARC-Target-URI: %b\r\n"
        b"Content-Type: application/http; msgtype=response\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        b"Content-Length: %d\r\n\r\n" % (url.encode(), len(block))
    ) + b"%b\r\n\r\n" % block


ODD = {
    "two in a member": packed(response("http://o.example/1", b"<p>1") + response("http://o.example/2", b"<p>2")),
    "no page": packed(b"<html>" * 50),
    "marks within": stored(response("http://o.example/3", (MARK + b"..") * 300)),
    "lines end in another way": packed(
        response("http://o.example/4", b"4\r\n\r\n5", head=b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n")
    ),
    "nothing in it": packed(b""),
    "no headers": packed(response("http://o.example/5", b"<p>5", head=b"HTTP/1.1 200 OK\r\n\r\n")),
    "empty": packed(response("http://o.example/6", b"")),
    "no end of headers": packed(response("http://o.example/7", b"", head=b"HTTP/1.1 200 OK\r\nA: b\r\n")),
    "blank lines": packed(response("http://o.example/8", b"\r\n\r\n\r\n\r\n")),
    "no length": packed(response("http://o.example/9", b"<p>9").replace(b"Content-Length", b"Content-Width")),
    "too short": packed(response("http://o.example/10", b"<p>10")[:-2]),
    "more than told": packed(response("http://o.example/11", b"<p>11") + b"more"),
    "noise": b"\x1f\x8b\x08" + b"noise" * 9,
    "zeros": bytes(40),
}
REQUEST = members_of(foreign())[1]
ODD |= {
    "a page that speaks of requests": packed(response("http://o.example/12", b"<p>\r\nWARC-Type: request\r\n")),
    "a request in two members": packed(REQUEST[: REQUEST.index(b"GET")]) + packed(REQUEST[REQUEST.index(b"GET") :]),
    "a request and a page": packed(REQUEST + response("http://o.example/13", b"<p>13")),
    "a coding with a space": packed(
        response("http://o.example/14", packed(b"<p>14"), head=b"HTTP/1.1 200 OK\r\nContent-Encoding : gzip\r\n\r\n")
    ),
    "a coding in capitals": packed(
        response("http://o.example/18", packed(b"<p>18"), head=b"HTTP/1.1 200 OK\r\nCONTENT-ENCODING: gzip\r\n\r\n")
    ),
    "a coding that was undone": packed(
        response("http://o.example/15", b"<p>15", head=b"HTTP/1.1 200 OK\r\nX-Crawl-Content-Encoding: gzip\r\n\r\n")
    ),
    "headers without a blank line": packed(
        response("http://o.example/19", b"", head=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n")[:-4] + b"tail"
    ),
    "a body without a blank line": packed(
        response("http://o.example/20", b"", head=b"HTTP/1.1 200 OK\r\n")[:-4] + b"tail"
    ),
    "a request without its end": packed(REQUEST[:-4] + b"tail"),
    "a large page": packed(response("http://o.example/21", b"<p>" + b"21" * 5_500_000)),
    "a length with a sign": packed(response("http://o.example/16", b"16").replace(b"Length: ", b"Length: +")),
    "headers without end": packed(
        response("http://o.example/17", b"17", head=b"HTTP/1.1 200 OK\r\nA: %b" % (b"a" * 99_000))
    ),
}
WHOLE = [packed(each) for each in members_of(foreign())]


def known(path: Path) -> tuple[list[Capture], str]:
    """What is made of ``path``, and up to which byte."""
    found, trouble = readable(path)
    return found, trouble.partition(": cannot be read ")[2].partition(":")[0]


def slowly(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Capture], str]:
    """The same by the library alone."""
    with monkeypatch.context() as patch:
        patch.setattr(inflating, "_LARGEST", 0)
        return known(path)


@given(
    parts=st.lists(st.sampled_from([*WHOLE, *ODD.values()]), max_size=12),
    chunk=st.sampled_from([1, 7, 100, 1 << 20]),
    cut=st.integers(0, 400),
)
@settings(max_examples=300, deadline=None)
def test_the_fast_way_gives_what_the_library_gives(parts: list[bytes], chunk: int, cut: int) -> None:
    data = b"".join(parts)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        path = Path(folder) / "some.warc.gz"
        path.write_bytes(data[: len(data) - cut] if cut % 2 else data)
        patch.setattr(inflating, "_CHUNK", chunk)
        assert known(path) == slowly(path, patch)


@pytest.mark.parametrize("odd", ODD)
def test_a_member_of_another_kind_is_read_as_the_library_reads_it(
    tmp_path: Path, odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "some.warc.gz"
    path.write_bytes(b"".join([*WHOLE, ODD[odd], *WHOLE]))
    found, trouble = known(path)
    assert (found, trouble) == slowly(path, monkeypatch)
    assert [one.url.rpartition("/")[2] for one in found[:4]] == ["plain", "gzip", "chunked", "gone"]


def test_each_member_is_told_with_where_it_starts_and_noise_behind_them_is_no_member() -> None:
    parts = [packed(b"one"), stored(b"two" + MARK * 5), packed(b"three" * 1000)]
    members = Members(BytesIO(b"".join([*parts, b"no member"])))
    found = [(members.start, bytes(data)) for data in members]
    starts = [0, len(parts[0]), len(parts[0]) + len(parts[1])]
    assert found == [(starts[0], b"one"), (starts[1], b"two" + MARK * 5), (starts[2], b"three" * 1000)]
    with pytest.raises(OSError, match="no gzip member"):
        members.rest()


def test_damage_between_members_is_told_also_of_a_stream() -> None:
    sent = b"".join([*WHOLE, b"damage" * 9, *WHOLE])
    found = list[Capture]()
    with pytest.raises(ArchiveError, match=r"x\.warc\.gz.*no gzip member"):
        found.extend(each for each in streamed(BytesIO(sent), "x.warc.gz"))
    assert [one.url.rpartition("/")[2] for one in found] == ["plain", "gzip", "chunked", "gone"]


def test_iteration_that_is_broken_off_leaves_the_member_given_last() -> None:
    data = packed(b"one") + packed(b"two") + packed(b"three")
    members = Members(BytesIO(data))
    for one in members:
        if one == b"two":
            break
    assert members.start == len(packed(b"one"))
    assert gzip.decompress(members.rest().read(1000)) == b"twothree"


def test_a_large_record_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "_LARGEST", 1000)
    data = [packed(b"x" * 900), packed(b"x" * 1100), packed(b"x" * 900)]
    members = Members(BytesIO(b"".join(data)))
    assert [len(each) for each in members] == [900]
    assert members.start == len(data[0])
