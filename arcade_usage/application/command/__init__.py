"""Runs inside the tool: imports only what the command path allows."""
