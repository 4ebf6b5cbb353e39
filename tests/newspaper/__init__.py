"""A newspaper with invented reports, for demonstrations and tests."""
