"""What a person typed in, what may be kept out: tags and notes within their limits, else a reason why not."""

import re
import unicodedata

from db.errors import ReviewError
from db.model.reviews import LONGEST_NOTE, LONGEST_TAG

_TAG = re.compile(r"[\w][\w .,'’&+#-]*")


def tag(text: str) -> str:
    """A tag: lower case, one blank between words, letters of any script.

    Raises:
        ReviewError: there is nothing in it, it is too long, or it holds signs that a tag cannot have.
    """
    found = " ".join(unicodedata.normalize("NFC", text).split()).lower()
    if not found:
        raise ReviewError("The tag is empty; write a word or two.")
    if len(found) > LONGEST_TAG:
        raise ReviewError(f"The tag has {len(found):,} characters; at most {LONGEST_TAG} are kept.")
    if not _TAG.fullmatch(found):
        raise ReviewError("A tag is made of letters, figures, blanks and . , ' & + # - and begins with a letter.")
    return found


def note(text: str, *, wanted: bool = True) -> str:
    """A note with one sort of line ends and without signs that cannot be seen; may be empty unless ``wanted``.

    Marks of direction stay, since they belong to texts in Arabic or Hebrew; the page keeps them to the note.

    Raises:
        ReviewError: there is nothing in it though it is ``wanted``, or it is too long.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    found = "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"}).strip()
    if wanted and not found:
        raise ReviewError("The note is empty.")
    if len(found) > LONGEST_NOTE:
        raise ReviewError(
            f"The note has {len(found):,} characters; at most {LONGEST_NOTE:,} are kept. Go back and shorten it, "
            "or make two of it."
        )
    return found
