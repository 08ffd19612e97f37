"""The use cases of the `arcade-usage` commands."""
