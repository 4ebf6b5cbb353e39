"""The README of a bundle: what it is, what its files are, how it is checked, and what that proves."""

HELD = """the page as it was served, headers included, as one WARC record each (ISO 28500); open it with a
              replay tool such as pywb, not in your everyday browser"""
NONE_HELD = "none: the pages themselves are not in this bundle"
README = """CASE BUNDLE
{what}
Made at {made_at} with {software}: {reports} reports, {captures} captures.

{remarks}

WHAT IS IN IT
texts/        the text of each report as it was read from the page, character by character as offsets count it
reports/      the same to be read, with its provenance and the quoted words marked; a rendering of our own
captures/     {held}
footnotes.*   every sentence with a figure or a decision, with a footnote; then all sources
citations.*   the sources for programs that keep references (RIS, BibTeX)
facts.json    what the reports say, each with its words and where they stand; facts.csv is the same as a table.
              Names and places of people who may be hunted are not among them; those of people whom a court sentenced,
              as their reports name them, are, with the role convict.
reports.json  all that is known of each report; under which addresses it was found, and what changed in it later
manifest.json the SHA-256 of every file, and of every page as it was noted when it was fetched
verify.py     checks all of it

HOW TO CHECK IT
With Python 3.8 or newer, no network and nothing else installed, in this folder (or with its path, from anywhere):

    python3 -I verify.py

It says OK, or names what is wrong. It checks that no file is missing, changed or added; that every quote stands in
its text where it says; and that every capture is one whole WARC record of the page that it names, with the digests
that the record carries and the SHA-256 that was noted when the page was fetched.

WHAT THAT PROVES
That the bundle is in itself as it was made. Whoever changes everything in it, manifest.json and verify.py too, can make
another bundle. So note the SHA-256 of manifest.json, which verify.py prints, where it cannot be changed: in the
minutes, in a letter, with a time stamp. That a page was served as it was captured rests on the word of whoever ran
the watch.

TERMS
Headlines and texts belong to their publishers and stand here for reading and checking. Quote them with their source.
"""
