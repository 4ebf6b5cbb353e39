"""Datasette's hooks of this site, one file a concern; Datasette loads every file of this folder."""
