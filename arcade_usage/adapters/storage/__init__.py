"""The config folder: identity, outbox, opt-outs and copies of sent messages."""
