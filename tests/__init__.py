"""Tests that touch real things: files, databases, processes, sockets on loopback."""
