"""The use cases and their ports; composition/ chooses the adapters."""
