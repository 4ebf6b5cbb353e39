"""The archive keeps captures as they were, whatever happens to the process, and reads anybody's WARC files."""

import gzip
import os
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from db.archive import captures, close_open_files, locate, prune, read, record_bytes, repair
from db.archive.reader import MAX_BODY_BYTES
from db.errors import ArchiveError, StoreBusyError
from db.model import Capture, Offer, Place
from tests import factory
from tests.db.archives import files, filled, noise, writer
from tests.factory import NOW, later

CODED = {"content-encoding", "transfer-encoding", "content-length"}


# -- there and back

moments = st.datetimes(min_value=datetime(1996, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001  # the strategy adds the zone
    lambda moment: moment.replace(microsecond=0)
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True).filter(lambda name: name.lower() not in CODED)
values = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=40)
bodies = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\r\n\r\n", b"\x1f\x8b\x08", b"WARC/1.1\r\n", b"a" * 200_000, bytes(range(256)) * 999]),
)
offers = st.builds(
    Offer,
    source=texts,
    channel=texts,
    title=texts,
    summary=texts,
    published_at=st.none() | moments,
    offered_at=st.none() | moments,
    oldest=st.none() | moments,
)
urls = st.from_regex(r"https?://[a-z]{1,12}\.example/[A-Za-z0-9%/._~?=&-]{0,40}", fullmatch=True)
pages = st.builds(
    Capture,
    url=urls,
    requested_url=urls,
    fetched_at=moments,
    status=st.integers(100, 599),
    headers=st.lists(st.tuples(names, values), max_size=6).map(tuple),
    body=bodies,
    offer=offers,
)


@given(st.lists(pages, min_size=1, max_size=5))
@settings(max_examples=60)
def test_a_capture_comes_back_from_the_archive_as_it_went_in(given_pages: list[Capture]) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        with writer(root) as archive:
            sent = [replace(one, place=archive.append(one)) for one in given_pages]
        found = [one for path in files(root) for one in captures(path, root)]
        assert [bare(one) for one in found] == [bare(one) for one in sent]
        for one in sent:
            assert one.place
            alone = read(root, one.place)
            assert (alone.url, alone.body, alone.place) == (one.url, one.body, one.place)
            assert alone.offer == Offer(source="")


def bare(capture: Capture) -> Capture:
    """``capture`` without the one header that the archive adds."""
    kept = tuple(pair for pair in capture.headers if pair[0].lower() not in CODED)
    return replace(capture, headers=kept)


def test_headers_that_spoke_of_an_undone_coding_keep_their_words_under_another_name(tmp_path: Path) -> None:
    sent = factory.capture(
        headers=(("Content-Encoding", "br"), ("Transfer-Encoding", "chunked"), ("Content-Length", "7")), body=b"ab" * 50
    )
    with writer(tmp_path) as archive:
        place = archive.append(sent)
    back = read(tmp_path, place)
    assert back.body == b"ab" * 50
    assert back.headers == (
        ("X-Crawler-Content-Encoding", "br"),
        ("X-Crawler-Transfer-Encoding", "chunked"),
        ("X-Crawler-Content-Length", "7"),
        ("Content-Length", "100"),
    )


def test_a_header_cannot_smuggle_a_line_into_the_archive(tmp_path: Path) -> None:
    with writer(tmp_path) as archive:
        place = archive.append(factory.capture(headers=(("X-A", "one\r\nX-B: two\r\n\r\nbody"),), body=b"real"))
    back = read(tmp_path, place)
    assert back.body == b"real"
    assert [name for name, _ in back.headers] == ["X-A", "Content-Length"]


def test_header_names_and_values_of_any_bytes_are_kept(tmp_path: Path) -> None:
    odd = (("X-\xdc", "\xd0\x9c\xd0\xbe\xa0\x85; charset=\xff"), ("Content-Type", "text/html; charset=\xeb"))
    with writer(tmp_path) as archive:
        place = archive.append(factory.capture(headers=odd))
    assert read(tmp_path, place).headers[:2] == odd
    assert check(files(tmp_path)) == 0


def test_a_page_over_ten_megabytes_is_read_back_to_ten(tmp_path: Path) -> None:
    body = noise(1, 1 << 20) * 11
    with writer(tmp_path) as archive:
        place = archive.append(factory.capture(body=body))
    assert read(tmp_path, place).body == body[:MAX_BODY_BYTES]


# -- the files


def check(paths: list[Path]) -> int:
    asked = [sys.executable, "-m", "warcio.cli", "check", *map(str, paths)]
    return subprocess.run(asked, check=False, capture_output=True).returncode  # our own interpreter


def test_warcio_finds_no_fault_with_what_is_written(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    assert check(files(tmp_path)) == 0


def test_warcio_would_find_a_fault(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    path = files(tmp_path)[0]
    plain = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(plain.replace(b"Server: nginx", b"Server: nginz")))
    assert check([path]) == 1


def test_every_record_is_warc_1_1_and_a_gzip_member_of_its_own(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    path = files(tmp_path)[0]
    data = path.read_bytes()
    spans = list(repair.members(path))
    records = [zlib.decompress(data[start:end], wbits=31) for start, end in spans]
    kinds = [record.partition(b"WARC-Type: ")[2].partition(b"\r\n")[0] for record in records]
    assert spans[-1][1] == len(data)
    assert all(record.startswith(b"WARC/1.1\r\n") and record.count(b"WARC/1.1\r\n") == 1 for record in records)
    assert kinds == [b"warcinfo", *[b"metadata", b"response"] * 3]


def test_only_the_response_stands_under_the_pages_own_address(tmp_path: Path) -> None:
    page = filled(tmp_path, 1)[0]
    (path,) = files(tmp_path)
    with path.open("rb") as stream:
        at_the_address = [
            r.rec_type for r in ArchiveIterator(stream) if r.rec_headers.get("WARC-Target-URI") == page.url
        ]
    assert at_the_address == ["response"], "a replay tool takes any other record there for the page"


def test_files_lie_by_year_and_month_and_are_rolled_at_a_size(tmp_path: Path) -> None:
    sent = filled(tmp_path, 12, roll_at=10_000)
    found = files(tmp_path)
    assert len(found) == 4
    assert {path.parent for path in found} == {tmp_path / "2026" / "03"}
    assert all(10_000 <= path.stat().st_size < 15_000 for path in found)
    assert [one.url for path in found for one in captures(path)] == [one.url for one in sent]


def test_an_archive_that_got_nothing_has_no_file(tmp_path: Path) -> None:
    with writer(tmp_path):
        pass
    assert files(tmp_path, "*.warc*") == []


def test_a_capture_can_be_read_while_its_file_is_still_open(tmp_path: Path) -> None:
    with writer(tmp_path) as archive:
        place = archive.append(factory.capture(body=b"fresh"))
        assert files(tmp_path) == []
        assert read(tmp_path, place).body == b"fresh"
        assert locate(tmp_path, place).name.endswith(".warc.gz.open")
        inside = next(captures(locate(tmp_path, place), tmp_path))
        assert inside.place == place
    assert locate(tmp_path, place).name.endswith(".warc.gz")


def test_two_writers_refuse_each_other_and_the_error_names_the_archive(tmp_path: Path) -> None:
    with writer(tmp_path), pytest.raises(StoreBusyError, match=tmp_path.name):
        writer(tmp_path)
    with writer(tmp_path):
        pass


def test_record_bytes_gives_the_one_gzip_member(tmp_path: Path) -> None:
    for one in filled(tmp_path, 3):
        assert one.place
        member = record_bytes(tmp_path, one.place)
        assert member in files(tmp_path)[0].read_bytes()
        assert zlib.decompress(member, wbits=31).endswith(one.body + b"\r\n\r\n")


def test_only_the_start_of_a_response_is_a_place(tmp_path: Path) -> None:
    one = filled(tmp_path, 2)[0]
    assert one.place
    starts = [start for start, _ in repair.members(files(tmp_path)[0])]
    wrong = [start for start in starts if start not in {one.place.offset, starts[-1]}]
    for offset in [*wrong, one.place.offset + 1, one.place.offset - 1, 10**9]:
        with pytest.raises(ArchiveError, match=f"byte {offset}"):
            read(tmp_path, Place(file=one.place.file, offset=offset))
    for offset in (one.place.offset + 1, 10**9):
        with pytest.raises(ArchiveError, match=f"byte {offset}"):
            record_bytes(tmp_path, Place(file=one.place.file, offset=offset))


@pytest.mark.parametrize("name", ["../secret.warc.gz", "2026/../../secret.warc.gz", "/etc/hostname"])
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / "archive"
    filled(root, 1)
    (tmp_path / "secret.warc.gz").write_bytes(files(root)[0].read_bytes())
    for verb in (locate, read, record_bytes):
        with pytest.raises(ArchiveError, match="leads out of the archive"):
            verb(root, Place(file=name, offset=0))


def test_a_link_that_leads_out_of_the_archive_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    filled(root, 1)
    (tmp_path / "secret").write_bytes(b"secret")
    (root / "link.warc.gz").symlink_to(tmp_path / "secret")
    with pytest.raises(ArchiveError, match="leads out"):
        locate(root, Place(file="link.warc.gz", offset=0))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"2026/01/gone\.warc\.gz"):
        read(tmp_path, Place(file="2026/01/gone.warc.gz", offset=0))


# -- after a kill


def left_open(root: Path, number: int) -> tuple[Path, list[Capture]]:
    """An archive as a kill leaves it: one file that still ends in ``.open``."""
    sent = filled(root, number)
    path = files(root)[0]
    return path.rename(f"{path}.open"), sent


def test_a_file_that_a_kill_left_open_is_closed_with_all_that_it_holds(tmp_path: Path) -> None:
    path, sent = left_open(tmp_path, 4)
    [closed] = close_open_files(tmp_path)
    assert (closed.path, closed.records, closed.cut_bytes) == (Path(str(path).removesuffix(".open")), 9, 0)
    assert [one.body for one in captures(closed.path)] == [one.body for one in sent]
    assert close_open_files(tmp_path) == []
    assert check([closed.path]) == 0


@given(st.integers(min_value=0))
@settings(max_examples=80)
def test_a_cut_at_any_byte_loses_only_the_record_that_was_cut(somewhere: int) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        path, sent = left_open(root, 4)
        spans = list(repair.members(path))
        cut = somewhere % (spans[-1][1] + 1)
        os.truncate(path, cut)
        whole = [start for start, end in spans if end <= cut]
        [closed] = close_open_files(root)
        found = list(captures(closed.path)) if whole else []
        assert closed.records == len(whole)
        assert closed.cut_bytes == cut - max((end for _, end in spans if end <= cut), default=0)
        assert [one.url for one in found] == [one.url for one in sent if one.place and one.place.offset in whole]
        assert all(bytes(one.body) in {other.body for other in sent} for one in found)
        assert closed.path.exists() == bool(whole)
        assert files(root, "*.open") == []


def test_noise_behind_the_last_record_is_cut_off(tmp_path: Path) -> None:
    path, sent = left_open(tmp_path, 2)
    with path.open("ab") as stream:
        stream.write(b"\0" * 500)
    [closed] = close_open_files(tmp_path)
    assert closed.cut_bytes == 500
    assert len(list(captures(closed.path))) == len(sent)


def test_a_killed_writer_leaves_every_capture_it_had_placed(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from tests.db.archives import writer, factory\n"
        "archive = writer(Path(sys.argv[1]))\n"
        "for n in range(7): archive.append(factory.capture(f'https://blatt.example/{n}'))\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=False, cwd=Path(__file__).parents[2]
    )  # our own interpreter
    assert done.returncode == -9
    with writer(tmp_path):
        [closed] = close_open_files(tmp_path)
    assert [one.url[-1] for one in captures(closed.path)] == list("0123456")


# -- pruning


class Moves:
    """What the database would be told by pruning."""

    def __init__(self) -> None:
        self.moved: dict[Place, Place] = {}
        self.files: list[str] = []

    def __call__(self, file: str, moves: dict[Place, Place]) -> None:
        """Take note of where captures went."""
        self.files.append(file)
        self.moved.update(moves)


def test_pruning_keeps_the_captures_of_kept_reports_readable_at_their_new_places(tmp_path: Path) -> None:
    sent = filled(tmp_path, 12, roll_at=10_000)
    kept = {one.place: one for one in (sent[0], sent[2], sent[7]) if one.place}
    before = sum(path.stat().st_size for path in files(tmp_path))
    moves = Moves()
    done = prune(tmp_path, datetime.now(UTC) + timedelta(days=1), set(kept), moves)
    after = sum(path.stat().st_size for path in files(tmp_path))
    assert (done.files, done.changed, done.freed_bytes) == (4, 4, before - after)
    assert set(moves.moved) == set(kept)
    for old, new in moves.moved.items():
        assert read(tmp_path, new).body == kept[old].body
    left = [one for path in files(tmp_path) for one in captures(path, tmp_path)]
    assert [(one.url, one.offer, one.place) for one in left] == [
        (one.url, one.offer, moves.moved[place]) for place, one in kept.items()
    ]
    assert check(files(tmp_path)) == 0


def test_pruning_twice_changes_nothing_more(tmp_path: Path) -> None:
    kept = {one.place for one in filled(tmp_path, 6, roll_at=10_000)[:2] if one.place}
    moves = Moves()
    prune(tmp_path, datetime.now(UTC) + timedelta(days=1), kept, moves)
    there = {path: path.read_bytes() for path in files(tmp_path)}
    done = prune(tmp_path, datetime.now(UTC) + timedelta(days=1), set(moves.moved.values()), moves)
    assert (done.files, done.changed, done.freed_bytes) == (0, 0, 0)
    assert {path: path.read_bytes() for path in files(tmp_path)} == there


def test_pruning_leaves_files_alone_that_are_young_or_not_what_the_database_thinks(tmp_path: Path) -> None:
    sent = filled(tmp_path, 2)
    assert sent[0].place
    moves = Moves()
    young = prune(tmp_path, datetime.now(UTC) - timedelta(days=1), set(), moves)
    strange = {Place(file=sent[0].place.file, offset=sent[0].place.offset + 1)}
    doubtful = prune(tmp_path, datetime.now(UTC) + timedelta(days=1), strange, moves)
    assert (young.files, doubtful.changed, moves.files) == (0, 0, [])
    assert len(list(captures(files(tmp_path)[0]))) == 2


def test_a_kill_while_pruning_leaves_the_old_file_until_the_database_knows(tmp_path: Path) -> None:
    sent = filled(tmp_path, 3)
    kept = {sent[1].place} if sent[1].place else set()

    def killed(_: str, __: dict[Place, Place]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune(tmp_path, datetime.now(UTC) + timedelta(days=1), kept, killed)
    for one in sent:
        assert one.place
        assert read(tmp_path, one.place).body == one.body
    moves = Moves()
    prune(tmp_path, datetime.now(UTC) + timedelta(days=1), kept, moves)
    assert [read(tmp_path, place).body for place in moves.moved.values()] == [sent[1].body]
    assert len(files(tmp_path)) == 1


def test_the_name_in_a_place_is_the_path_below_the_root_or_the_bare_name(tmp_path: Path) -> None:
    filled(tmp_path / "a", 1)
    path = files(tmp_path)[0]
    inside, outside = next(captures(path, tmp_path / "a")), next(captures(path, tmp_path / "elsewhere"))
    assert inside.place
    assert outside.place
    assert inside.place.file == f"2026/03/{path.name}"
    assert outside.place.file == path.name


def test_times_are_told_to_the_second_in_utc(tmp_path: Path) -> None:
    with writer(tmp_path) as archive:
        place = archive.append(factory.capture(fetched_at=later(microseconds=700_000)))
    assert read(tmp_path, place).fetched_at == NOW
