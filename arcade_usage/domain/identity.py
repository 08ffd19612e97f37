"""The identity of an installation: anonymous, linked, or rotated.

Invariant: an identity is linked to at most one principal; linking another one needs a fresh anonymous id.
Ids are validated here, so the other modules don't validate them again.
"""

import re
from typing import TypeGuard

from attrs import Attribute, field, frozen

PRINCIPAL_ID_LIMIT = 200  # characters; PostHog refuses to merge ids of 400 or more

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NIL_UUID = "00000000-0000-0000-0000-000000000000"

# Ids that PostHog never merges, with and without quotes, because faulty programs share them.
ILLEGAL_IN_ANY_CASE = frozenset(
    {"anonymous", "distinct_id", "distinctid", "email", "false", "guest", "id"}
    | {"not_authenticated", "true", "undefined"}
)
ILLEGAL_AS_SPELLED = frozenset(("0", "NaN", "None", "[object Object]", "none", "null"))
_ILLEGAL = ILLEGAL_IN_ANY_CASE.union(map(str.lower, ILLEGAL_AS_SPELLED))


class InvalidIdError(ValueError):
    """An id does not identify one installation or one principal."""


class AlreadyLinkedError(ValueError):
    """The identity is already linked to another principal; rotate it first."""


class UsedIdError(ValueError):
    """A fresh anonymous id was used before."""


def is_anonymous_id(value: object) -> TypeGuard[str]:
    """Whether `value` is a UUID in canonical spelling and not the nil UUID."""
    return isinstance(value, str) and value != _NIL_UUID and _UUID.fullmatch(value) is not None


def is_principal_id(value: object) -> TypeGuard[str]:
    """Whether `value` can identify one person: 1 to 200 printable characters, no id that PostHog rejects."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= PRINCIPAL_ID_LIMIT
        and value.isprintable()
        and value == value.strip()
        and value.strip("'\"").lower() not in _ILLEGAL
        and value.strip("'\"") != ""
    )


def anonymous_id(_: object, attribute: "Attribute[str]", value: object) -> None:
    """Validates an anonymous id. Raises InvalidIdError."""
    if not is_anonymous_id(value):
        raise InvalidIdError(f"{attribute.name} is not the UUID of one installation")


def principal_id(_: object, attribute: "Attribute[str]", value: object) -> None:
    """Validates a principal's id. Raises InvalidIdError."""
    if not is_principal_id(value):
        raise InvalidIdError(f"{attribute.name} is not the id of one principal")


@frozen
class Anonymous:
    """An identity that is not linked to a principal."""

    anon_id: str = field(validator=anonymous_id)

    def link(self, principal_id: str) -> "Linked":
        """Links the installation to the principal. Raises InvalidIdError."""
        return Linked(self.anon_id, principal_id)

    def rotate(self, fresh: str) -> "Rotated":
        """Returns a new anonymous identity without history. Raises InvalidIdError, UsedIdError."""
        return Rotated(fresh, retired=self.anon_id)


@frozen
class Rotated(Anonymous):
    """Anonymous under a fresh id that replaces `retired`. Stored as Anonymous."""

    retired: str = field(validator=anonymous_id)

    def __attrs_post_init__(self) -> None:
        if self.anon_id == self.retired:
            raise UsedIdError("a fresh anonymous id must never have been used")


@frozen
class Linked:
    """Linked to `principal_id`: PostHog accepted the alias of `anon_id`."""

    anon_id: str = field(validator=anonymous_id)
    principal_id: str = field(validator=principal_id)

    def __attrs_post_init__(self) -> None:
        if self.anon_id == self.principal_id:
            raise InvalidIdError("a principal's id is never an anonymous one")

    def link(self, principal_id: str) -> "Linked":
        """Returns itself for the same principal. Raises AlreadyLinkedError for another."""
        if principal_id != self.principal_id:
            raise AlreadyLinkedError("linked to another principal: rotate first")
        return self

    def rotate(self, fresh: str) -> Rotated:
        """Returns a new anonymous identity without history. Raises InvalidIdError, UsedIdError."""
        return Rotated(fresh, retired=self.anon_id)


Identity = Anonymous | Linked  # a Rotated is an Anonymous
