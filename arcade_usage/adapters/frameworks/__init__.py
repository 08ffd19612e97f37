"""Command-line frameworks: Typer and Click."""
