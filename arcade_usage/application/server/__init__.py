"""Runs inside a server: the tracker, its queue and its worker thread."""
