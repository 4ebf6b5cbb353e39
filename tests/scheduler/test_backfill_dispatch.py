"""Errands are given out one a worker, done again elsewhere, set aside after three times, and settled in their order."""

import gzip
import pickle
import re
import threading
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ConfigurationError
from db.model import Issue
from scheduler.backfill import dispatch, workers
from scheduler.backfill.dispatch import AHEAD, Answer, ClusterError, Dispatch
from scheduler.backfill.errand import Errand, FileUnreachableError, Ground, UnfitError, code, perform, unpack
from scheduler.backfill.files import WarcFile, digest
from scheduler.backfill.lending import lending
from scheduler.backfill.order import Order
from scheduler.backfill.reading import Piece
from scheduler.backfill.remote import Manners, RemoteFile
from scheduler.backfill.workers import Reading, Workers, read_all
from tests.scheduler.test_backfill import pages, warc

GROUND = Ground(code=code(), sources=zlib.compress(pickle.dumps(())))


def errands(count: int) -> list[Errand]:
    return [Errand(file=WarcFile(place=f"{n}.warc.gz", archive=Path("archive")), ground=GROUND) for n in range(count)]


def packed(name: str) -> bytes:
    return zlib.compress(pickle.dumps(Piece(name=name)))


class Hands:
    """A crew of threads: what each worker makes of an errand is decided by ``act``; ``None``: it dies of it."""

    def __init__(self, names: set[str], act: Callable[[str, Errand], Answer | None]) -> None:
        self._names, self._act, self._lock = set(names), act, threading.Lock()
        self.given: list[tuple[str, str]] = []
        self.dropped: list[str] = []
        self.busy: defaultdict[str, int] = defaultdict(int)
        self.most_at_once = 0

    def present(self) -> frozenset[str]:
        """Who is alive."""
        with self._lock:
            return frozenset(self._names)

    def give(self, worker: str, errand: Errand, answered: Callable[[Answer], None]) -> None:
        """Work in a thread."""
        self.given.append((worker, errand.file.name))
        threading.Thread(target=self._do, args=(worker, errand, answered), daemon=True).start()

    def drop(self, worker: str) -> None:
        """Note it."""
        self.dropped.append(worker)

    def _do(self, worker: str, errand: Errand, answered: Callable[[Answer], None]) -> None:
        with self._lock:
            self.busy[worker] += 1
            self.most_at_once = max(self.most_at_once, *self.busy.values())
        answer = self._act(worker, errand)
        with self._lock:
            self.busy[worker] -= 1
            if answer is None:
                self._names.discard(worker)
                self._names.add(f"{worker}'")  # as a nanny does
        if answer is not None:
            answered(answer)


def names(outcomes: Iterator[Piece | Issue]) -> list[str]:
    return [one.name if isinstance(one, Piece) else one.what for one in outcomes]


@given(st.permutations(range(12)))
def test_answers_come_out_in_their_order_however_they_come_in(arrival: list[int]) -> None:
    order = Order()
    for number in arrival:
        order.put(number, bytes([number]))
    order.end()
    assert list(order) == [bytes([number]) for number in range(12)]


def test_nobody_runs_far_ahead_of_what_was_settled() -> None:
    order = Order(most_bytes=100)
    assert [order.may_begin(number, 3) for number in range(4)] == [True, True, True, False]
    order.put(1, b"x" * 100)
    assert [order.may_begin(number, 3) for number in range(3)] == [True, False, False]  # but the first always may
    order.put(0, b"")
    taken = iter(order)
    assert next(taken) == b""
    assert not order.may_begin(3, 3)  # the first is being settled
    assert next(taken) == b"x" * 100
    assert [order.may_begin(number, 3) for number in (3, 4)] == [False, False]
    order.end()
    assert list(taken) == []
    assert [order.may_begin(number, 3) for number in (3, 4, 5)] == [True, True, False]


def test_a_worker_has_one_errand_and_a_slow_one_holds_the_others_back() -> None:
    slow, others = threading.Event(), threading.Event()

    def act(_worker: str, errand: Errand) -> Answer:
        if errand.file.name == "0.warc.gz":
            slow.wait(60)
        if errand.file.name == f"{2 * AHEAD - 1}.warc.gz":
            others.set()
        return packed(errand.file.name)

    crew = Hands({"a", "b"}, act)
    outcomes = Dispatch(crew, errands(20)).outcomes()
    found: list[str] = []
    taker = threading.Thread(target=lambda: found.extend(names(outcomes)))
    taker.start()
    assert others.wait(60)
    assert not found
    assert len(crew.given) == 2 * AHEAD  # no more begin while the first is not settled
    slow.set()
    taker.join(60)
    assert found == [f"{n}.warc.gz" for n in range(20)]
    assert crew.most_at_once == 1


def test_what_kills_its_workers_is_tried_by_three_and_set_aside_in_its_place() -> None:
    crew = Hands({"a", "b"}, lambda _, errand: None if errand.file.name == "1.warc.gz" else packed(errand.file.name))
    outcomes = list(Dispatch(crew, errands(4)).outcomes())
    assert names(iter(outcomes)) == ["0.warc.gz", "set-aside", "2.warc.gz", "3.warc.gz"]
    tried = [worker for worker, name in crew.given if name == "1.warc.gz"]
    assert len(set(tried)) == 3
    assert crew.dropped == tried
    told = outcomes[1]
    assert isinstance(told, Issue)
    assert all(f"{worker}: went away" in told.detail for worker in tried)


def test_what_fails_once_is_done_again_by_another_worker() -> None:
    def act(worker: str, errand: Errand) -> Answer:
        if worker == "a" and errand.file.name != "0.warc.gz":
            return OSError("no space left")
        return packed(errand.file.name)

    crew = Hands({"a", "b"}, act)
    assert names(Dispatch(crew, errands(6)).outcomes()) == [f"{n}.warc.gz" for n in range(6)]
    failed = {name for worker, name in crew.given if worker == "a"} - {"0.warc.gz"}
    assert failed
    assert failed <= {name for worker, name in crew.given if worker == "b"}


def test_a_worker_that_would_judge_otherwise_is_named_and_gets_nothing_more() -> None:
    def act(worker: str, errand: Errand) -> Answer:
        return UnfitError("it runs other code") if worker == "a" else packed(errand.file.name)

    crew = Hands({"a", "b"}, act)
    found = names(Dispatch(crew, errands(5)).outcomes())
    assert sorted(found) == [f"{n}.warc.gz" for n in range(5)] + ["unfit-worker"]
    assert [worker for worker, _ in crew.given].count("a") == 1
    with pytest.raises(ClusterError, match="no worker of the cluster can be used; a: it runs other code"):
        list(Dispatch(Hands({"a"}, act), errands(5)).outcomes())


def test_a_cluster_without_workers_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_ALONE", 0.1)
    with pytest.raises(ClusterError, match="has had no worker"):
        list(Dispatch(Hands(set(), lambda *_: None), errands(1)).outcomes())


def test_a_driver_that_stops_lets_its_workers_go() -> None:
    crew = Hands({"a"}, lambda _, errand: packed(errand.file.name))
    outcomes = Dispatch(crew, errands(500)).outcomes()
    next(outcomes)
    outcomes.close()
    assert len(crew.given) < 20


# -- what a worker does


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "one.warc.gz"
    whole = warc(pages(20, 3))
    path.write_bytes(whole[: len(whole) * 4 // 5])
    return path


def on_disk(path: Path, archive: Path, lent: str = "") -> Errand:
    inside = path.relative_to(archive).as_posix() if path.is_relative_to(archive) else ""
    return Errand(
        file=WarcFile(place=str(path), archive=archive), ground=GROUND, path=str(path), digest=digest(path),
        inside=inside, lent=lent,
    )  # fmt: skip


def as_archived(piece: Piece) -> tuple[Piece, list[bytes]]:
    """What was read, its records apart: unpacked, and without their own identifiers, which are never the same."""
    records = [each.record for each in piece.kept if each.record]
    members = [gzip.decompress(member) for each in records for member in (each.metadata, each.response)]
    bare = replace(piece, kept=tuple(replace(each, record=None) for each in piece.kept))
    return bare, [re.sub(rb"<urn:uuid:[^>]*>", b"", member) for member in members]


@pytest.mark.parametrize("is_own", [False, True])
def test_a_file_that_the_worker_does_not_see_is_fetched_and_reads_the_same(file: Path, *, is_own: bool) -> None:
    archive = file.parent if is_own else file.parent / "archive"
    with lending("127.0.0.1") as lender:
        errand = on_disk(file, archive, lender.lend(file))
        seen = unpack(perform(errand))
        elsewhere = file.parent / "gone" / file.name
        far = replace(
            errand, path=str(elsewhere), file=replace(errand.file, place=str(elsewhere), archive=Path("/nowhere"))
        )
        fetched = unpack(perform(far))
    assert seen.pages >= 2
    assert str(file) in seen.trouble
    told = replace(fetched, trouble=fetched.trouble.replace(str(elsewhere), str(file)))
    assert as_archived(told) == as_archived(seen)


def test_a_file_that_cannot_be_had_says_what_to_do(file: Path) -> None:
    errand = replace(on_disk(file, file.parent / "archive"), path=str(file.parent / "gone"))
    with pytest.raises(FileUnreachableError, match="does not lend it; put the files where workers see them"):
        perform(errand)
    with lending("127.0.0.1") as lender, pytest.raises(FileUnreachableError, match="answers 404"):
        perform(replace(errand, lent=lender.lend(file).replace(file.name, "other.warc.gz")))
    with lending("127.0.0.1") as lender, pytest.raises(FileUnreachableError, match="not the file that it meant"):
        perform(replace(errand, digest="0", lent=lender.lend(file)))


def test_a_lent_file_is_taken_up_in_the_middle(file: Path) -> None:
    with lending("127.0.0.1") as lender, RemoteFile(lender.lend(file), Manners(user_agent="tests")) as remote:
        first = remote.read(1000)
        remote._drop()
        assert first + remote.readall() == file.read_bytes()


def test_an_errand_of_other_code_is_refused(file: Path) -> None:
    errand = on_disk(file, file.parent / "archive")
    with pytest.raises(UnfitError, match="install the same version"):
        perform(replace(errand, ground=replace(GROUND, code="other")))


def test_what_was_read_before_is_not_read_by_a_worker(file: Path) -> None:
    errand = on_disk(file, file.parent / "archive")
    assert unpack(perform(replace(errand, known=frozenset({errand.digest})))).known


# -- without the extra


def test_without_dask_one_process_reads_and_a_cluster_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "find_spec", lambda _: None)
    counted: list[int] = []
    files = [WarcFile(place=str(file), archive=file.parent / "archive")] * 2
    reading = Reading(files=files, watched=(), known={}, seen=lambda *_: False, step=counted.append)
    assert [type(one) for one in read_all(reading, Workers())] == [Piece, Piece]
    assert sum(counted) >= 4
    for asked in (Workers(scheduler="tcp://127.0.0.1:1"), Workers(processes=2)):
        with pytest.raises(ConfigurationError, match=r"pip install 'deserters\[cluster\]'"):
            list(read_all(reading, asked))


def test_a_scheduler_that_is_not_there_and_an_address_that_is_not_ours_are_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scheduler.backfill import cluster  # noqa: PLC0415  # Dask is an extra

    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    files = [WarcFile(place=str(file), archive=file.parent / "archive")]
    reading = Reading(files=files, watched=(), known={}, seen=lambda *_: False, step=lambda _: None)
    with pytest.raises(ClusterError, match="no Dask scheduler answers there"):
        list(read_all(reading, Workers(scheduler="tcp://127.0.0.1:1")))
    with (
        pytest.raises(ConfigurationError, match=r"--lend-at 127\.0\.0\.1:what: cannot listen there"),
        lending("127.0.0.1:what"),
    ):
        pass
