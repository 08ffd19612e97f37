"""Identity states, and what may become of them."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.domain.identity import (
    AlreadyLinkedError,
    Anonymous,
    InvalidIdError,
    Linked,
    Rotated,
    UsedIdError,
    is_principal_id,
)
from tests.unit.domain.values import ALICE, BOB, A, F, anon_ids, identities, principal_ids


def test_anonymous_links_to_a_principal() -> None:
    """Anonymous --link(p)--> Linked, under the same anonymous id."""
    assert Anonymous(A).link(ALICE) == Linked(A, ALICE)


def test_rotated_links_to_a_principal() -> None:
    """Rotated --link(p)--> Linked, under the fresh id."""
    assert Rotated(F, retired=A).link(BOB) == Linked(F, BOB)


@given(identities)
def test_every_state_rotates_to_a_fresh_id(identity: Anonymous | Linked) -> None:
    """Rotated remembers the id that it retires, and nothing of a principal."""
    fresh = "12345678-0000-4000-8000-000000000009"
    assert identity.rotate(fresh) == Rotated(fresh, retired=identity.anon_id)


def test_a_rotated_identity_rotates_again() -> None:
    """Rotated --rotate(fresh)--> Rotated."""
    assert Rotated(F, retired=A).rotate(A.replace("a", "e")).retired == F


@given(anon_ids, principal_ids)
def test_linking_to_the_same_principal_changes_nothing(anon_id: str, principal_id: str) -> None:
    """`link` to the principal that is linked is a no-op."""
    linked = Linked(anon_id, principal_id)
    assert linked.link(principal_id) is linked


def test_linking_to_another_principal_is_an_error() -> None:
    """A linked identity has to rotate before it links to another principal."""
    with pytest.raises(AlreadyLinkedError):
        Linked(A, ALICE).link(BOB)


@given(identities)
def test_a_used_id_is_never_fresh(identity: Anonymous | Linked) -> None:
    """Rotating to the id that is retired is an error."""
    with pytest.raises(UsedIdError):
        identity.rotate(identity.anon_id)


@given(identities)
def test_states_are_frozen(identity: Anonymous | Linked) -> None:
    """No state can be changed, only replaced."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        identity.anon_id = F  # type: ignore[misc]


@pytest.mark.parametrize(
    "anon_id",
    [
        None,
        5,
        ["x"],
        "",
        "None",
        "not-a-uuid",
        "00000000-0000-0000-0000-000000000000",
        A + "0",
        f"{{{A}}}",
        f" {A}",
    ],
    ids=repr,
)
def test_an_anonymous_id_is_a_uuid(anon_id: object) -> None:
    """What is no UUID, or the one that careless programs share, is refused wherever it comes from."""
    with pytest.raises(InvalidIdError):
        Anonymous(anon_id)  # type: ignore[arg-type]
    with pytest.raises(InvalidIdError):
        Anonymous(A).rotate(anon_id)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "principal_id",
    [None, 7, "", " ", "x" * 201, "x" * 400, "a\nb", " padded ", "anonymous", "Guest", "distinct_id", "id", "email",
     "undefined", "true", "false", "null", "none", "None", "NaN", "0", "[object Object]", '"null"', "''"],
    ids=repr,
)  # fmt: skip
def test_a_principal_id_is_one_that_posthog_would_merge(principal_id: object) -> None:
    """Ids that PostHog never merges, or that careless programs share, stand for nobody."""
    assert not is_principal_id(principal_id)
    with pytest.raises(InvalidIdError):
        Linked(A, principal_id)  # type: ignore[arg-type]


def test_a_principal_is_not_the_anonymous_id_itself() -> None:
    """PostHog merges nothing where both sides of an alias are one id."""
    with pytest.raises(InvalidIdError):
        Anonymous(A).link(A)


@given(st.uuids().map(str) | st.emails().filter(lambda address: len(address) <= 200))
def test_ordinary_principal_ids_pass(principal_id: str) -> None:
    """UUIDs and e-mail addresses are ids."""
    assert is_principal_id(principal_id)
