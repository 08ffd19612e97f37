"""Decides which ids may be sent, from the inputs alone. Shares no code with the library, so both can be compared."""

import json
import re
from typing import Any

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_RESERVED = {
    "anonymous", "guest", "distinct_id", "distinctid", "id", "not_authenticated", "email", "undefined", "true", "false",
    "null", "none", "nan", "0", "[object object]", "",
}  # fmt: skip
_LINK = "linked_principal_id"
_ID_KEYS = ("anon_id", _LINK, "claim", "principal_id", "distinct_id", "account_id")


def is_anonymous_id(value: object) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None and value.strip("0-") != ""


def is_principal(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= 200
        and value.isprintable()
        and value == value.strip()
        and value.strip("'\"").lower() not in _RESERVED
    )


def ids_in(content: bytes | str) -> set[str]:
    """Valid ids in the places of an input where ids are stored.

    An anonymous id next to a link of a wrong type does not count: the library ignores the whole file.
    """
    try:
        return set(
            _walk(json.loads(content if isinstance(content, str) else content.decode("utf-8", "replace")))
        )
    except (ValueError, RecursionError):
        return set()


def _walk(tree: Any) -> list[str]:
    if isinstance(tree, str):
        return list(ids_in(tree)) if tree.startswith("{") else []
    if isinstance(tree, list):
        return [each for item in tree for each in _walk(item)]
    if not isinstance(tree, dict) or not (tree.get(_LINK) is None or is_principal(tree[_LINK])):
        return []
    own = [tree[key] for key in _ID_KEYS if is_principal(tree.get(key))]
    return own + [each for item in tree.values() for each in _walk(item)]
