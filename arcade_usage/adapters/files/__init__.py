"""The floor of the adapters: files, folders and locks that are surely the user's own."""
