"""WARC files in, what was read of each out in their order: by this process alone, by several, or by a cluster."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from crawler.analyst import Analyst
from crawler.errors import ConfigurationError
from crawler.sources import Publishers
from db.model import Issue, Source
from scheduler.backfill.dispatch import Crew, Dispatch
from scheduler.backfill.errand import Errand, Ground
from scheduler.backfill.files import WarcFile, digest
from scheduler.backfill.lending import Lender, facing, lending
from scheduler.backfill.reading import Piece, Seen, read

_WORTH = 256_000_000  # bytes whose reading takes longer than the start of a further process


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Who reads: the Dask cluster at ``scheduler``, or ``processes`` of this machine (0: as many as are worth it).

    Files of this machine's disk are lent to a cluster ``lend_at`` this address (empty: the one that faces it).
    """

    scheduler: str = ""
    processes: int = 0
    lend_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is to be read, and what is known before.

    ``known`` has the digests of files that were read to their end, by name; ``seen`` says the same of now, and ``step``
    is told how many more pages were read.
    """

    files: Sequence[WarcFile]
    watched: tuple[Source, ...]
    known: Mapping[str, frozenset[str]]
    seen: Seen
    step: Callable[[int], None]


def read_all(reading: Reading, workers: Workers) -> Generator[Piece | Issue, None, None]:
    """What was read of each file, in their order; an issue where one was set aside, or a worker cannot be used.

    Raises:
        ConfigurationError: a cluster is asked for, and Dask is not installed.
        ClusterError: the cluster cannot be had, or is lost.
    """
    number = 0 if workers.scheduler else _processes(reading.files, workers.processes)
    if number == 1:
        yield from _alone(reading)
        return
    with ExitStack() as opened:
        crew, lender = _crew(reading, workers, number, opened)
        dispatch = Dispatch(crew, _errands(reading, crew, lender))
        for outcome in opened.enter_context(closing(dispatch.outcomes())):
            yield _recognised(outcome, reading) if isinstance(outcome, Piece) else outcome


def _alone(reading: Reading) -> Iterator[Piece]:
    publishers = Publishers(reading.watched)
    with closing(Analyst()) as analyst:
        analyst.begin()
        for file in reading.files:
            yield read(file, publishers, analyst.analyse, reading.seen, lambda: reading.step(1))


def _recognised(piece: Piece, reading: Reading) -> Piece:
    """The piece; one that was settled meanwhile, as a copy of an earlier file of this run, only as known."""
    if piece.known:
        return piece
    if piece.digest and reading.seen(piece.name, piece.digest):
        return Piece(name=piece.name, digest=piece.digest, size=piece.size, known=True)
    reading.step(piece.pages)
    return piece


def _processes(files: Sequence[WarcFile], asked: int) -> int:
    """How many processes of this machine should read ``files``."""
    if asked != 1 and find_spec("distributed") is None:
        if asked:
            raise _missing("--processes")
        return 1
    if asked or len(files) < 2:
        return max(1, min(asked, len(files)))
    from scheduler.backfill.cluster import cores  # noqa: PLC0415  # Dask is an extra

    return max(
        1, min(cores, len(files), sum(file.size_here or _WORTH for file in files) // _WORTH + 1)
    )  # elsewhere: worth one


def _crew(reading: Reading, workers: Workers, number: int, opened: ExitStack) -> tuple[Crew, Lender | None]:
    """Who reads, and who lends files of this disk to those who do not see it."""
    if find_spec("distributed") is None:
        raise _missing("--scheduler")
    from scheduler.backfill.cluster import hired, joined  # noqa: PLC0415  # Dask is an extra

    if not workers.scheduler:
        return opened.enter_context(hired(number)), None
    crew = opened.enter_context(joined(workers.scheduler))
    if all(file.manners for file in reading.files):
        return crew, None
    host = urlsplit(workers.scheduler if "//" in workers.scheduler else f"//{workers.scheduler}").hostname
    return crew, opened.enter_context(lending(workers.lend_at or facing(host or "127.0.0.1")))


def _missing(option: str) -> ConfigurationError:
    return ConfigurationError(f"{option} needs Dask, which is an extra: pip install 'deserters[cluster]'")


def _errands(reading: Reading, crew: Crew, lender: Lender | None) -> Iterator[Errand]:
    """One errand a file, made when it is about to begin."""
    ground = Ground.of(reading.watched)
    for file in reading.files:
        known = reading.known.get(file.name, frozenset())
        if file.manners is None:
            yield _of_this_disk(Errand(file=file, ground=ground, known=known), lender)
            continue
        rate = file.manners.bytes_a_second
        share = max(1, rate // max(1, len(crew.present()))) if rate else 0  # all of them together keep to the rate
        yield Errand(
            file=replace(file, manners=replace(file.manners, bytes_a_second=share)), ground=ground, known=known
        )


def _of_this_disk(errand: Errand, lender: Lender | None) -> Errand:
    path, archive = Path(errand.file.place).absolute(), errand.file.archive.resolve()
    is_own = path.resolve().is_relative_to(archive)
    return replace(
        errand,
        file=replace(errand.file, archive=archive),
        path=str(path),
        digest=digest(path) if path.is_file() else "",
        inside=path.resolve().relative_to(archive).as_posix() if is_own else "",
        lent=lender.lend(path) if lender else "",
    )
