"""Runs for the `arcade-usage` commands."""
