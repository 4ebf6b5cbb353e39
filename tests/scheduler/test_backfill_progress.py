"""A run says how far it is: files, pages a second, reports kept, time left."""

from pathlib import Path

from db.model import Issue, Level
from scheduler.backfill.files import WarcFile
from scheduler.backfill.progress import Standing, Watch
from scheduler.backfill.reading import Piece
from scheduler.backfill.remote import Manners
from scheduler.show_backfill import line


def on_disk(folder: Path, *sizes: int) -> list[WarcFile]:
    for number, size in enumerate(sizes):
        (folder / f"{number}.warc").write_bytes(b"x" * size)
    return [WarcFile(place=str(folder / f"{number}.warc"), archive=folder / "archive") for number in range(len(sizes))]


def test_time_left_goes_by_bytes_and_not_by_what_was_read_before(tmp_path: Path) -> None:
    told, clock = list[Standing](), [100.0]
    watch = Watch(on_disk(tmp_path, 500, 100, 300), told.append, lambda: clock[0])
    watch.settled(Piece(name="0.warc", known=True))
    assert told[-1] == Standing(files=3, done=1, known=1, pages=0, kept=0, seconds=0.0, left=None)
    clock[0] += 10
    watch.read(40)
    assert (told[-1].pages, told[-1].left, told[-1].pages_a_second) == (40, None, 4.0)
    watch.settled(Piece(name="1.warc"))
    assert told[-1].left == 30.0
    assert line(told[-1]) == "files 2/3 · pages 40 (4 a second) · kept 0 · time left 0:00:30"


def test_files_elsewhere_count_alike_and_a_set_aside_one_is_done(tmp_path: Path) -> None:
    told, clock = list[Standing](), [0.0]
    far = WarcFile(place="https://a.example/1.warc.gz", archive=tmp_path, manners=Manners(user_agent="tests"))
    watch = Watch([far, far, far, far], told.append, lambda: clock[0])
    clock[0] = 8.0
    watch.settled(Issue(what="unfit-worker", level=Level.WARNING, detail="a"))
    assert not told
    watch.settled(Issue(what="set-aside", level=Level.ERROR, detail="b"))
    assert (told[-1].done, told[-1].left) == (1, 24.0)
    assert "time left 0:00:24" in line(told[-1])


def test_the_line_is_not_drawn_for_every_page(tmp_path: Path) -> None:
    told, clock = list[Standing](), [0.0]
    watch = Watch(on_disk(tmp_path, 10), told.append, lambda: clock[0])
    for _ in range(1000):
        clock[0] += 0.001
        watch.read(1)
    assert 4 <= len(told) <= 5
    assert "time left not known before a first file was read" in line(told[-1])
