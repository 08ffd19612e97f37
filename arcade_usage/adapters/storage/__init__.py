"""The config folder: identity, outbox, choices and copies."""
