"""Errors as people read them."""

import pytest

from arcade_usage.application.errors import StoreError, explain


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/ada/.arcade/usage.json", "Permission denied: /home/ada/.arcade/usage.json"),
        (".tmp-1-5bd4", "Permission denied"),
    ],
    ids=["a file", "a temporary file"],
)
def test_a_systems_error_is_named_without_its_number(path: str, shown: str) -> None:
    """A temporary file has a name of the library's own, which says nothing to a user."""
    error = StoreError("it can't be stored")
    error.__cause__ = PermissionError(13, "Permission denied", path)
    assert explain(error) == f"it can't be stored ({shown})"


def test_another_cause_is_named_as_it_is() -> None:
    """And so is an error without one."""
    error = StoreError("it can't be read")
    assert explain(error) == "it can't be read"
    error.__cause__ = ValueError("no JSON")
    assert explain(error) == "it can't be read (no JSON)"
