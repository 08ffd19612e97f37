"""The ids of an erasure request: every one that PostHog may hold something under, and none twice."""

import pytest
from attrs import evolve

from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.identity_state import IdentityState, Malformed
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS
from arcade_usage.domain.properties import SUCCEEDED
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.subject_ids import SubjectIds, subject_ids_of, subject_ids_of_events
from tests.samples import ALICE, ANON, BOB, HERE, KNOWNS, ONE_OFF, OTHER_ANON, anonymous, of, undecided


def test_nothing_leaves_no_trace() -> None:
    """Nor does what is malformed name anybody."""
    assert not subject_ids_of(IdentityState(None, None))
    assert not subject_ids_of(IdentityState(Malformed(), Malformed()))
    assert not subject_ids_of_events([], [])


def test_identity_and_ledger_name_theirs() -> None:
    """The current id, whom it is linked to, whom it was claimed for, and what earlier ids owe."""
    assert subject_ids_of(KNOWNS["linked"]) == SubjectIds((ALICE, BOB), (ANON,), (OTHER_ANON,))
    assert subject_ids_of(KNOWNS["anonymous"]) == SubjectIds((), (), (ANON,))
    assert subject_ids_of(KNOWNS["a file of an older tool"]) == SubjectIds((ALICE,), (ANON,))
    assert subject_ids_of(KNOWNS["not in agreement"]) == SubjectIds((ALICE, BOB), (ANON,), (OTHER_ANON,))


def test_an_id_has_a_person_once_its_alias_was_accepted() -> None:
    """A claim alone gives it none: the alias may never have arrived."""
    claimed = Ledger(ANON, HERE, claimed_by=ALICE)
    assert subject_ids_of(IdentityState(Anonymous(ANON), claimed)) == SubjectIds((ALICE,), (), (ANON,))
    accepted = evolve(claimed, accepted=frozenset({"a project"}))
    assert subject_ids_of(IdentityState(Anonymous(ANON), accepted)) == SubjectIds((ALICE,), (ANON,))


MARK = {PERSONLESS: False}
SENT = [
    Sent(1.0, {"event": SUCCEEDED, "distinct_id": ONE_OFF, "properties": MARK}),
    Sent(1.5, {"event": SUCCEEDED, "distinct_id": OTHER_ANON, "properties": MARK}),
    Sent(2.0, {"event": SUCCEEDED, "distinct_id": ALICE, "properties": {}}),
]
TURNED = Sent(3.0, {"event": ALIAS_EVENT, "distinct_id": ALICE, "properties": {"alias": OTHER_ANON}})
EARLIER = Sent(3.0, {"event": ALIAS_EVENT, "distinct_id": OTHER_ANON, "properties": {"alias": ALICE}}, True)


@pytest.mark.parametrize("alias", [TURNED, EARLIER], ids=["turned", "of an earlier version"])
def test_events_name_what_they_were_sent_under(alias: Sent) -> None:
    """Those that wait with a verdict as well, since a reply can be lost; an undecided one was never sent."""
    waiting = [undecided(1), anonymous(2), of(BOB, 3)]
    ids = subject_ids_of_events(waiting, [*SENT, alias])
    assert ids == SubjectIds((ALICE, BOB), (OTHER_ANON,), (ONE_OFF, ANON))
    assert ids.with_person == (ALICE, BOB, OTHER_ANON)
    assert ids.anonymous == (ONE_OFF, ANON, OTHER_ANON)


def test_events_that_were_not_sent_name_nobody() -> None:
    """PostHog has no event under the ids of local copies."""
    assert not subject_ids_of_events([], [evolve(copy, is_local=True) for copy in SENT])


def test_traces_add_up() -> None:
    """Each id is named once, in order; what one of them links is linked."""
    one, other = SubjectIds(("b",), (), ("x", "y")), SubjectIds(("a", "b"), ("y",))
    assert one | other == SubjectIds(("a", "b"), ("y",), ("x",))


def test_a_copy_of_anything_has_a_name() -> None:
    """A message that is none of ours breaks nothing."""
    odd = Sent(1.0, {"properties": "none", "distinct_id": None})
    assert (odd.name, odd.properties, odd.link, odd.anonymous) == ("", {}, None, False)
