"""One module per outside thing. None imports another, but for what all stand on: architecture.md names it."""
