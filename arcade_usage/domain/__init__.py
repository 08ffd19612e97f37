"""Domain model: immutable values and pure functions; no I/O, clock or randomness."""
