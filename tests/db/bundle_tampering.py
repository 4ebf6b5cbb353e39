"""Ways to tamper with an unpacked case bundle, each with the words that its verifier has for it."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path


def changed(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return change


def flipped(name: str, at: int) -> Callable[[Path], None]:
    def flip(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 0x20
        (folder / name).write_bytes(data)

    return flip


def consistent(change: Callable[[Path], None]) -> Callable[[Path], None]:
    """The change, and a manifest that was made to agree with it."""

    def both(folder: Path) -> None:
        change(folder)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for name, told in manifest["files"].items():
            data = (folder / name).read_bytes()
            told.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    return both


def with_another_page(folder: Path) -> None:
    """A record in which the page says something else and every length and check sum fits."""
    path = folder / "captures" / "000001.warc.gz"
    plain = gzip.decompress(path.read_bytes())
    assert b"<!doctype html><title>" in plain
    path.write_bytes(gzip.compress(plain.replace(b"<!doctype html><title>", b"<!doctype html><TITLE>")))


def with_new_digests(folder: Path) -> None:
    """The same, with the digests of the record made anew as well."""
    with_another_page(folder)
    path = folder / "captures" / "000001.warc.gz"
    head, _, rest = gzip.decompress(path.read_bytes()).partition(b"\r\n\r\n")
    block = rest[:-4]
    payload = block.partition(b"\r\n\r\n")[2]
    for name, data in ((b"Block", block), (b"Payload", payload)):
        digest = b"sha1:" + base64.b32encode(hashlib.sha1(data).digest())  # noqa: S324  # as WARC has it
        head = re.sub(rb"WARC-" + name + rb"-Digest: \S+", b"WARC-" + name + b"-Digest: " + digest, head)
    path.write_bytes(gzip.compress(head + b"\r\n\r\n" + rest))


def copied(name: str, source: str, times: int = 1) -> Callable[[Path], None]:
    def copy(folder: Path) -> None:
        (folder / name).write_bytes((folder / source).read_bytes() * times)

    return copy


def with_a_link(folder: Path) -> None:
    (folder / "texts/000001.txt").unlink()
    (folder / "texts/000001.txt").symlink_to("/etc/hostname")


TAMPERINGS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a byte in a text": (flipped("texts/000001.txt", 5), "texts/000001.txt: is not the file"),
    "a byte in a text, with a manifest that agrees": (
        consistent(flipped("texts/000001.txt", 1)), "report 1, characters 0 to 4: the quote does not stand there",
    ),
    "a quote": (changed("facts.json", b'"quote": "', b'"quote": "X'), "facts.json: is not the file"),
    "a quote, with a manifest that agrees": (
        consistent(changed("facts.json", b'"quote": "', b'"quote": "X')), "the quote does not stand there",
    ),
    "the place of a quote, with a manifest that agrees": (
        consistent(changed("facts.json", b'"start": 0', b'"start": 1')), "the quote does not stand there",
    ),
    "a byte in a capture": (flipped("captures/000001.warc.gz", 400), "captures/000001.warc.gz: is not the file"),
    "a byte in a capture, with a manifest that agrees": (
        consistent(flipped("captures/000001.warc.gz", 400)), "captures/000001.warc.gz: cannot be unpacked",
    ),
    "another page in a capture": (consistent(with_another_page), "is not the one that the record digested"),
    "another page and its digests": (consistent(with_new_digests), "is not the one that was noted when it was fetched"),
    "the capture of another page": (
        consistent(copied("captures/000001.warc.gz", "captures/000002.warc.gz")),
        "captures/000001.warc.gz: is a record of ",
    ),
    "two records in one capture": (
        consistent(copied("captures/000001.warc.gz", "captures/000001.warc.gz", 2)),
        "is not exactly one record",
    ),
    "a missing file": (lambda folder: (folder / "footnotes.md").unlink(), "footnotes.md: is missing"),
    "a missing capture": (
        lambda folder: (folder / "captures/000002.warc.gz").unlink(), "captures/000002.warc.gz: is missing",
    ),
    "an added file": (
        copied("captures/note.txt", "README.txt"), "captures/note.txt: is in the folder, but",
    ),
    "a link in place of a text": (with_a_link, "'texts/000001.txt': is no file that a bundle uses"),
    "a hash in the manifest": (flipped("manifest.json", -90), "manifest.json"),
    "a manifest that leads out of the folder": (
        changed("manifest.json", b'"texts/000001.txt"', b'"../texts/00001.txt"'), "is no file that a bundle uses",
    ),
    "the verifier": (changed("verify.py", b"return 1 if", b"return 0 if"), "verify.py: is not the file"),
    "a footnote": (changed("footnotes.txt", b"accessed", b"Accessed"), "footnotes.txt: is not the file"),
}  # fmt: skip
