"""Who this installation is to the analytics service: anonymous, linked, or rotated.

Owns the invariant that an identity is linked to one principal at most: another one needs a fresh
anonymous id first. Ids are checked here once; everything inside trusts them.
"""

import re
from typing import TypeGuard

from attrs import Attribute, field, frozen

PRINCIPAL_ID_LIMIT = 200  # characters; PostHog refuses to merge longer ids at 400

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NIL_UUID = "00000000-0000-0000-0000-000000000000"

# Ids that PostHog never merges, since careless programs share them (compared without quotes and case).
_SHARED_BY_EVERYONE = frozenset(
    (
        "[object object]",
        "0",
        "anonymous",
        "distinct_id",
        "distinctid",
        "email",
        "false",
        "guest",
        "id",
        "nan",
        "none",
        "not_authenticated",
        "null",
        "true",
        "undefined",
    )
)


class InvalidIdError(ValueError):
    """An id is not one that PostHog could tell apart from somebody else's."""


class AlreadyLinkedError(ValueError):
    """The identity is linked to another principal: rotate first."""


class UsedIdError(ValueError):
    """A fresh anonymous id is one that was used before."""


def is_anonymous_id(value: object) -> TypeGuard[str]:
    """Whether `value` is a UUID in its usual spelling, and not the nil one that programs share."""
    return isinstance(value, str) and value != _NIL_UUID and _UUID.fullmatch(value) is not None


def is_principal_id(value: object) -> TypeGuard[str]:
    """Whether `value` can stand for one person: 1 to 200 printable characters that PostHog would merge."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= PRINCIPAL_ID_LIMIT
        and value.isprintable()
        and value == value.strip()
        and value.strip("'\"").lower() not in _SHARED_BY_EVERYONE
        and value.strip("'\"") != ""
    )


def anonymous_id(_: object, attribute: "Attribute[str]", value: object) -> None:
    """A validator. Raises InvalidIdError."""
    if not is_anonymous_id(value):
        raise InvalidIdError(f"{attribute.name} is not the UUID of one installation")


def principal_id(_: object, attribute: "Attribute[str]", value: object) -> None:
    """A validator. Raises InvalidIdError."""
    if not is_principal_id(value):
        raise InvalidIdError(f"{attribute.name} is not the id of one principal")


@frozen
class Anonymous:
    """Nobody has logged in under `anon_id`."""

    anon_id: str = field(validator=anonymous_id)

    def link(self, principal_id: str) -> "Linked":
        """The same installation, now the principal's. Raises InvalidIdError."""
        return Linked(self.anon_id, principal_id)

    def rotate(self, fresh: str) -> "Rotated":
        """A new anonymous identity that inherits nothing. Raises InvalidIdError, UsedIdError."""
        return Rotated(fresh, retired=self.anon_id)


@frozen
class Rotated(Anonymous):
    """Anonymous again under a fresh id; `retired` is the one it replaces. On disk it is an Anonymous."""

    retired: str = field(validator=anonymous_id)

    def __attrs_post_init__(self) -> None:
        if self.anon_id == self.retired:
            raise UsedIdError("a fresh anonymous id must never have been used")


@frozen
class Linked:
    """`principal_id` has logged in, and PostHog took the alias of `anon_id` to it."""

    anon_id: str = field(validator=anonymous_id)
    principal_id: str = field(validator=principal_id)

    def __attrs_post_init__(self) -> None:
        if self.anon_id == self.principal_id:
            raise InvalidIdError("a principal's id is never an anonymous one")

    def link(self, principal_id: str) -> "Linked":
        """Itself for its own principal. Raises AlreadyLinkedError for another."""
        if principal_id != self.principal_id:
            raise AlreadyLinkedError("linked to another principal: rotate first")
        return self

    def rotate(self, fresh: str) -> Rotated:
        """A new anonymous identity that inherits nothing. Raises InvalidIdError, UsedIdError."""
        return Rotated(fresh, retired=self.anon_id)


Identity = Anonymous | Linked  # a Rotated is an Anonymous
