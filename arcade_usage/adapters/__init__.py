"""Adapters: one module per external system. Imports between them are listed in architecture.md."""
