"""Whatever is wrong in a file that a person wrote is named by file, line and key."""

from pathlib import Path

import pytest

from crawler.errors import DesertersError, HandwrittenError
from crawler.handwritten import load
from crawler.sources.entry import SourceEntry

GOOD = """\
name: Das Blatt
homepage: https://blatt.example/
languages: [de]
channels:
  - feed: https://blatt.example/feed.xml
    skip: [/video/]
  - sitemap: https://blatt.example/sitemap.xml
expect: {candidates: {min: 1}}
"""

FAULTS: dict[str, tuple[str, int, str, str]] = {  # the file's text; line, key and words of its fault
    "an unknown key": (GOOD + "colour: red\n", 9, "colour", "is not a key that this file knows"),
    "an unknown key inside": (GOOD.replace("skip:", "skp:"), 6, "channels.0.skp", "is not a key that this file knows"),
    "a missing key": (GOOD.replace("homepage: https://blatt.example/\n", ""), 1, "homepage", "is missing"),
    "an empty file": ("", 0, "name", "is missing"),
    "a list instead of keys": ("- a\n- b\n", 1, "", "dictionary"),
    "a plain word": ("hello\n", 1, "", "dictionary"),
    "a word for a list": (GOOD.replace("[de]", "de"), 3, "languages", "tuple"),
    "Norwegian read as a no": (GOOD.replace("[de]", "[de, no]"), 3, "languages.1", "string"),
    "a language that is no code": (GOOD.replace("[de]", "[German]"), 3, "languages.0", "pattern"),
    "a number for a name": (GOOD.replace("Das Blatt", "7"), 1, "name", "string"),
    "an empty name": (GOOD.replace("Das Blatt", '"  "'), 1, "name", "at least 1"),
    "a word for yes": (GOOD + 'enabled: "yes"\n', 9, "enabled", "boolean"),
    "a word for a number": (GOOD.replace("{min: 1}", '{min: "1"}'), 8, "expect.candidates.min", "integer"),
    "a number under zero": (GOOD.replace("{min: 1}", "{min: -1}"), 8, "expect.candidates.min", "greater"),
    "a kind that is none": (GOOD + "kind: blog\n", 9, "kind", "'wire'"),
    "a country that is no code": (GOOD + "country: UK\n", 9, "country", "pattern"),
    "two kinds in one channel": (
        GOOD.replace("    skip: [/video/]", "    telegram: https://t.me/s/x"), 5, "channels.0", "exactly one of",
    ),
    "no kind in a channel": (
        GOOD.replace("- feed: https://blatt.example/feed.xml\n    skip", "- skip"), 5, "channels.0", "exactly one of",
    ),
    "an address that is none": (GOOD.replace("feed: https://", "feed: "), 5, "channels.0", "no http or https address"),
    "a homepage of another scheme": (GOOD.replace("homepage: https", "homepage: ftp"), 2, "homepage", "no http"),
    "no channel at all": (GOOD.replace(GOOD[GOOD.index("channels"):], "channels: []\n"), 1, "", "at least one channel"),
    "not enabled for no reason": (GOOD + "enabled: false\n", 1, "", "needs a reason"),
    "a key twice": (GOOD + "name: Another\n", 9, "name", "stands twice"),
    "a key twice inside": (GOOD.replace("skip:", "feed: https://b.example/\n    skip:"), 6, "feed", "stands twice"),
    "no YAML: a tab": (GOOD.replace("  - feed", "\t- feed"), 5, "", "is not YAML"),
    "no YAML: an open bracket": (GOOD + "notes: [a\n", 10, "", "is not YAML"),
    "a tag that makes objects": (GOOD + "notes: !!python/object/apply:os.getcwd []\n", 9, "", "is not YAML"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_by_file_line_and_key(tmp_path: Path, fault: str) -> None:
    text, line, key, words = FAULTS[fault]
    path = tmp_path / "blatt.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HandwrittenError) as caught:
        load(path, SourceEntry)
    found = caught.value
    assert (found.path, found.line, found.key) == (path, line, key)
    assert words in found.why
    assert str(found).startswith(f"{path}:{line}: ")
    assert isinstance(found, DesertersError)


def test_a_good_file_has_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "blatt.yml"
    path.write_text(GOOD, encoding="utf-8")
    entry = load(path, SourceEntry)
    assert (entry.name, entry.languages, entry.expect.candidates.min) == ("Das Blatt", ("de",), 1)


def test_a_file_that_is_no_text_or_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "blatt.yml"
    with pytest.raises(HandwrittenError, match=r"blatt\.yml:0: cannot be read"):
        load(path, SourceEntry)
    path.write_bytes(b"name: \xff\xfe\n")
    with pytest.raises(HandwrittenError, match=r"blatt\.yml:0: cannot be read"):
        load(path, SourceEntry)


def test_a_value_that_was_read_cannot_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "blatt.yml"
    path.write_text(GOOD, encoding="utf-8")
    entry = load(path, SourceEntry)
    with pytest.raises(ValueError, match="frozen"):
        entry.name = "Another"  # type: ignore[misc]  # that it cannot be set is what is tested
