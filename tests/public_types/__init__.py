"""The types of the public API, as the type checkers of a tool's author see them."""
