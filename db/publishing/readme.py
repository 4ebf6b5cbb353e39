"""The README of a public edition: what it is, what it leaves out, and how it is served."""

TEXT = """DESERTERS, PUBLIC EDITION
Made at {made_at}: {reports} reports, {excerpts} of them as excerpts; in {hidden} something is hidden.

WHAT IT IS
deserters.db is a SQLite database: reports from the world's press, courts and aid groups on Russian soldiers who desert
and on their search for asylum, with what they say and the words that say it. It is closed: nothing is written to it.
inspect.json holds its SHA-256 and the number of rows of its tables, metadata.json says what tables and columns mean.

WHAT IS LEFT OUT
- Names and places of deserters and others who may be hunted. In the texts each of their characters is a block (█), so
  that offsets stay right. An address that tells such a name ends behind its host. Names of people whose public part is
  not certain are hidden as well, and of people who were sentenced or whose surname is cut to an initial.
- Whole texts of publishers whose terms do not let them be passed on, or are not known. Of these there is an excerpt of
  at most 300 characters, and the address of the original. Quotes stay, since they are what proves a figure or a
  decision: there the quote of a figure is its sentence.
- Captures of pages, texts that publishers have replaced since, pages that were not kept, and what people reviewed.

HOW TO SERVE IT
    deserters serve --public THIS_FOLDER
A server that is running goes on with the version that it began with; start it anew to show a newer one.

TERMS
Headlines and texts belong to their publishers; the column `terms` of the table `sources` says what they allow. Facts
are free. Quote texts with their source.
"""
