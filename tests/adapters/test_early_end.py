"""When a delivery process may end right after its event is written: what is left is done by others."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from arcade_usage.adapters.files import owner_lock
from arcade_usage.adapters.files.lock_probe import owner_folder
from arcade_usage.adapters.machine.installation import FolderInstallation
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.early_end import has_lasting_verdict, is_left_to_others
from arcade_usage.application.command.payload import describe_tool, encode_payload
from arcade_usage.application.time_limits import UNTENDED_SECONDS
from arcade_usage.domain.attribution import Case, judge
from arcade_usage.domain.backoff import LONGEST_SECONDS
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, NewerLedger, Snapshot
from arcade_usage.domain.ledger import Ledger, Stamp
from arcade_usage.domain.verdict import AnonymousId, Principal
from tests.samples import ALICE, ANON, BOB, FRESH, HERE, SINK, STAMP

OTHER_STAMP = evolve(STAMP, inode=1)


@frozen
class Home:
    """A config folder after a command of a user who is not logged in, and that command's payload."""

    layout: Layout
    outbox: Path

    @property
    def lock(self) -> Path:
        return self.outbox / "sender.lock"

    def payload(self, **facts: object) -> str:
        usage = json.loads(Path(self.layout.usage_json).read_bytes())
        ledger = json.loads(Path(self.layout.ledger).read_bytes())
        return encode_payload(
            describe_tool(
                project={"host": SINK.host, "project_token": SINK.project_token},
                config_dir=self.layout.config_dir,
                distribution="arcade-mcp",
            ),
            {"usage": usage, "ledger": ledger, "stamp": None},
            {"name": "run", "outcome": "success", "ended_at": 1.8e9, "error_message": None, **facts},
        )

    def back_off(self, seconds: float, **others: object) -> None:
        """A logbook whose next attempt is due in so many seconds."""
        pauses = {"sink": {"failures": 1, "due_at": time.time() + seconds, "not_before": 0.0}}
        (self.outbox / "logbook.json").write_text(json.dumps({"version": 1, "pauses": pauses, **others}))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in [*os.environ]:
        if name.startswith(("CODEX_", "SANDBOX")):
            monkeypatch.delenv(name)
    layout = Layout(str(tmp_path))
    outbox = Path(layout.outbox(SINK.key))
    outbox.mkdir(parents=True, mode=0o700)
    for folder in (outbox, outbox.parent, outbox.parent.parent):
        folder.chmod(0o700)
    here = FolderInstallation(layout.folder).fingerprint()
    ledger = Ledger(ANON, here, reached=frozenset({SINK.key}))
    Path(layout.usage_json).write_bytes(codec.write_identity(Anonymous(ANON), {}))
    Path(layout.ledger).write_bytes(codec.write_ledger(ledger))
    (outbox / "sender.lock").touch(mode=0o600)
    return Home(layout, outbox)


@pytest.fixture
def sender(home: Home) -> Iterator[None]:
    """Another process sends."""
    with home.lock.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("sender")
def test_a_sender_at_work_does_the_rest(home: Home) -> None:
    """It reads the queue again after it has released the lock."""
    assert is_left_to_others(home.payload())


def test_an_owner_of_the_lock_without_locks_does_the_rest(home: Home) -> None:
    """Where the file system has no locks, or had none when that sender began."""
    with owner_lock.hold(owner_folder(str(home.lock)), 0.0):
        assert is_left_to_others(home.payload())
    assert not is_left_to_others(home.payload())


def test_the_next_attempt_does_the_rest(home: Home) -> None:
    """If it is not due yet and a process kept the limits a moment ago."""
    home.back_off(60)
    assert is_left_to_others(home.payload())


@pytest.mark.parametrize("seconds", [-1.0, LONGEST_SECONDS + 60])
def test_what_is_due_is_done(home: Home, seconds: float) -> None:
    """Also after a change of the clock."""
    home.back_off(seconds)
    assert not is_left_to_others(home.payload())


def test_a_newer_logbook_is_not_judged_here(home: Home) -> None:
    """The delivery knows what to do about it."""
    home.back_off(60, version=9)
    assert not is_left_to_others(home.payload())


def test_in_a_sandbox_each_event_gets_its_verdict(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process outside that sends it may be on another machine, which could not give it."""
    home.back_off(60)
    monkeypatch.setenv("CODEX_SANDBOX_NETWORK_DISABLED", "1")
    assert not is_left_to_others(home.payload())


@pytest.mark.usefixtures("sender")
@pytest.mark.parametrize("facts", [{"is_login": True}, {"is_logout": True}], ids=str)
def test_a_login_and_a_logout_do_all_themselves(home: Home, facts: dict[str, object]) -> None:
    """A tool waits for its login, and a logout has to rotate if the tool could not."""
    assert not is_left_to_others(home.payload(**facts))


def _erase(home: Home) -> None:
    Path(home.layout.usage_json).write_text('{"of_another": 1}')


def _rotate(home: Home) -> None:
    Path(home.layout.usage_json).write_bytes(codec.write_identity(Anonymous(FRESH), {}))


def _untend(home: Home) -> None:
    long_ago = time.time() - 2 * UNTENDED_SECONDS
    os.utime(home.lock, (long_ago, long_ago))


def _another_installation(home: Home) -> None:
    ledger = json.loads(Path(home.layout.ledger).read_bytes())
    Path(home.layout.ledger).write_text(json.dumps({**ledger, "born": "elsewhere"}))


@pytest.mark.usefixtures("sender")
@pytest.mark.parametrize("change", [_erase, _rotate, _untend])
def test_what_changed_meanwhile_is_looked_at(home: Home, change: Callable[[Home], None]) -> None:
    """An erased or another identity, and a sender that is stuck, so that nothing keeps the limits."""
    payload = home.payload()
    change(home)
    assert not is_left_to_others(payload)


@pytest.mark.usefixtures("sender")
def test_a_copied_folder_is_looked_at(home: Home) -> None:
    """Its id has to be rotated before anything else."""
    _another_installation(home)
    assert not is_left_to_others(home.payload())


@pytest.mark.usefixtures("sender")
@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"command": {}}'])
def test_in_doubt_the_delivery_goes_on(payload: str) -> None:
    """It reports what is wrong."""
    assert not is_left_to_others(payload)


LINKED: dict[str, Any] = json.loads(
    json.dumps(
        codec.write_snapshot(
            Snapshot(
                IdentityState(
                    Linked(ANON, ALICE),
                    Ledger(
                        ANON,
                        "elsewhere",
                        first_stamp=OTHER_STAMP,
                        reached=frozenset({SINK.key}),
                        claimed_by=ALICE,
                        accepted=frozenset({SINK.key}),
                        confirmed=STAMP,
                        last_stamp=STAMP,
                    ),
                ),
                STAMP,
            )
        )
    )
)


def test_the_verdict_on_an_event_of_a_confirmed_account_lasts() -> None:
    """On each installation, and whatever credentials the id was first used with."""
    assert has_lasting_verdict(LINKED, SINK.key, HERE)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 9},
        {"anon_id": FRESH},
        {"reached": []},
        {"accepted": []},
        {"claim": BOB},
        {"claim": None},
        {"confirmed": None},
        {"confirmed": LINKED["ledger"]["seen"]},
        {"latest": LINKED["ledger"]["seen"]},
    ],
    ids=str,
)
def test_a_ledger_that_does_not_confirm_the_account_is_judged_by_the_delivery(
    changes: dict[str, object],
) -> None:
    """It may have to ask whose the credentials are, or to change the ledger."""
    assert not has_lasting_verdict({**LINKED, "ledger": {**LINKED["ledger"], **changes}}, SINK.key, HERE)


@pytest.mark.parametrize(
    "changes",
    [
        {"usage": None},
        {"usage": "malformed"},
        {"usage": {"anon_id": ANON, "linked_principal_id": None}},
        {"ledger": None},
        {"stamp": None},
        {"stamp": LINKED["ledger"]["seen"]},
    ],
    ids=str,
)
def test_another_snapshot_is_judged_by_the_delivery(changes: dict[str, object]) -> None:
    """Without identity or ledger, or after a logout or with other credentials."""
    assert not has_lasting_verdict({**LINKED, **changes}, SINK.key, HERE)


STAMPS = st.sampled_from([None, STAMP, OTHER_STAMP])
PRINCIPALS = st.sampled_from([None, ALICE, BOB])
PROJECTS = st.sampled_from([frozenset[str](), frozenset({SINK.key})])
LEDGERS: st.SearchStrategy[Any] = st.builds(
    Ledger,
    st.sampled_from([ANON, FRESH]),
    st.sampled_from([HERE, "elsewhere"]),
    first_stamp=STAMPS,
    reached=PROJECTS,
    claimed_by=PRINCIPALS,
    accepted=PROJECTS,
    confirmed=STAMPS,
    last_stamp=STAMPS,
) | st.sampled_from([None, NewerLedger({"version": 9})])
IDENTITIES = st.sampled_from([None, Anonymous(ANON), Linked(ANON, ALICE), Linked(ANON, BOB)])


@given(IDENTITIES, LEDGERS, STAMPS, IDENTITIES, LEDGERS, STAMPS)
def test_a_lasting_verdict_is_the_same_later(
    identity: Anonymous | Linked | None,
    ledger: Any,
    stamp: Stamp | None,
    later_identity: Anonymous | Linked | None,
    later_ledger: Any,
    later_stamp: Stamp | None,
) -> None:
    """The table gives it at once, without a look-up, and later it can only be less certain, never another one."""
    snapshot = Snapshot(IdentityState(identity, ledger), stamp)
    written = json.loads(json.dumps(codec.write_snapshot(snapshot)))
    if not has_lasting_verdict(written, SINK.key, HERE):
        return
    verdict = judge(Case(snapshot, snapshot, SINK.key, HERE))
    assert isinstance(verdict, Principal | AnonymousId)
    assert snapshot.state.used_for(SINK.key, stamp, HERE) == snapshot.state
    later = Snapshot(IdentityState(later_identity, later_ledger), later_stamp)
    given_later = judge(Case(snapshot, later, SINK.key, HERE))
    assert given_later == verdict or not isinstance(given_later, Principal | AnonymousId)
