"""Files, folders and locks that belong to the user; the other adapters build on them."""
