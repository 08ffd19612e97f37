"""Processes: the detached delivery, and hooks for fork and exit."""
