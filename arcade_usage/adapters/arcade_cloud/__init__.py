"""The Arcade Cloud API and the credentials stored for it."""
