"""Integrations of command-line frameworks: Typer and Click."""
