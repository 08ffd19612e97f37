"""A logout in the tool comes to what the domain says, though it knows nothing of it."""

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_folder import IdentityFolder
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.adapters.storage.logout import log_out
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger, Snapshot
from arcade_usage.domain.ledger import Ledger
from arcade_usage.testing.in_memory import FixedInstallation
from tests.unit.domain.values import HERE, F, knowns

G1, G2 = "12345678-0000-4000-8000-00000000000d", "12345678-0000-4000-8000-00000000000e"


def on_disk(state: IdentityState) -> IdentityState:
    """As it is read again: a Rotated is an Anonymous there."""
    identity = state.identity
    return IdentityState(
        Anonymous(identity.anon_id) if isinstance(identity, Anonymous) else identity, state.ledger
    )


def write(layout: Layout, state: IdentityState) -> None:
    Path(layout.folder).mkdir(parents=True)
    if state.identity is not None:
        malformed = isinstance(state.identity, Malformed)
        identity = b"{" if malformed else codec.write_identity(state.identity, {"theirs": 1})  # type: ignore[arg-type]
        Path(layout.usage_json).write_bytes(identity)
    if state.ledger is not None:
        Path(layout.ledger).write_bytes(_ledger_text(state.ledger))


def _ledger_text(ledger: Ledger | Malformed | NewerLedger) -> bytes:
    if isinstance(ledger, NewerLedger):
        return json.dumps(ledger.content).encode()
    return b"{" if isinstance(ledger, Malformed) else codec.write_ledger(ledger)


@settings(max_examples=150, deadline=None)
@given(state=knowns, before=st.lists(st.booleans(), max_size=3), had_credentials=st.booleans())
def test_a_logout_is_what_the_domain_says(
    state: IdentityState, before: list[bool], had_credentials: bool
) -> None:
    """Whatever lay there, and however many logouts came before it: the same identity, the same ledger."""
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(folder)
        write(layout, state)
        expected = state
        for fresh, had in zip((G1, G2, "12345678-0000-4000-8000-00000000000f"), before, strict=False):
            log_out(IdentityFolder(layout), fresh, FixedInstallation(HERE), had_credentials=had)
            expected = expected.logged_out(fresh, HERE, had_credentials=had)
        if state.anon_id != F:
            log_out(IdentityFolder(layout), F, FixedInstallation(HERE), had_credentials=had_credentials)
            expected = expected.logged_out(F, HERE, had_credentials=had_credentials)
        found = IdentityFiles(layout, FixedInstallation(HERE)).current()
        assert found == on_disk(expected)
        if isinstance(found.identity, Anonymous | Linked) and not isinstance(state.identity, Malformed):
            assert json.loads(Path(layout.usage_json).read_text())["theirs"] == 1


@settings(max_examples=75, deadline=None)
@given(state=knowns)
def test_a_snapshot_carries_what_a_logout_left(state: IdentityState) -> None:
    """What the new ledger inherits comes through, as what it will be written as."""
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(folder)
        write(layout, state)
        if state.anon_id != F:
            log_out(IdentityFolder(layout), F, FixedInstallation(HERE), had_credentials=True)
        found = IdentityFiles(layout, FixedInstallation(HERE)).current()
        assert codec.read_snapshot(codec.write_snapshot(Snapshot(found, None))).state == found
