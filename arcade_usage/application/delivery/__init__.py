"""Runs in the delivery process and on a server's worker thread."""
