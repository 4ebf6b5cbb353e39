"""The site: one database file and its archive in, pages for people and programs out, with Datasette throughout."""
