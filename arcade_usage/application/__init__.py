"""The use cases, and the ports they need; composition/ chooses the adapters."""
