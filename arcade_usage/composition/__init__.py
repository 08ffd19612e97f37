"""The composition roots: they build the object graph of each process."""
