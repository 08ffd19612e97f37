"""How tracking stands: what is said of an outbox, and every trouble with what brings it about."""

import re

import pytest
from attrs import evolve

from arcade_usage.domain.backoff import LONGEST_SECONDS, Backoff, Pause
from arcade_usage.domain.identity import Anonymous
from arcade_usage.domain.identity_state import IdentityState, Malformed, NewerLedger
from arcade_usage.domain.ledger import Ledger
from arcade_usage.domain.logbook import Delivered, Failed, Logbook
from arcade_usage.domain.prediction import PreviewedIdentity
from arcade_usage.domain.project import Project
from arcade_usage.domain.retention import LossReason, Observed
from arcade_usage.domain.status import (
    CLOCK_TOLERANCE_SECONDS,
    Diagnostics,
    ProjectStatus,
    find_troubles,
    shorten,
)
from arcade_usage.domain.trouble import Trouble
from tests.unit.domain.values import ELSEWHERE, HERE, A, B

NOW = 1_800_000_000.0
POSTHOG = Project("https://posthog.example", "phc_sample")
FINE = IdentityState(Anonymous(A), Ledger(A, HERE))
QUIET = ProjectStatus(POSTHOG, Logbook())


def paused(due_at: float, failures: int = 1) -> Logbook:
    return Logbook(Backoff({"sink": Pause(failures, due_at)}))


def troubles(
    state: IdentityState | None = FINE, project: ProjectStatus = QUIET, diagnostics: Diagnostics | None = None
) -> tuple[Trouble, ...]:
    return find_troubles(state, HERE, diagnostics or Diagnostics(), [project], NOW)


def test_where_all_is_well_there_is_no_trouble() -> None:
    """Nor in a folder that nothing was ever tracked in."""
    assert troubles() == ()
    assert troubles(IdentityState(None, None)) == ()


LATER = NOW + CLOCK_TOLERANCE_SECONDS + 1
CASES = {
    "unreadable": (Trouble.UNREADABLE, None, QUIET, Diagnostics()),
    "unwritable": (Trouble.UNWRITABLE, FINE, QUIET, Diagnostics(writable=False)),
    "frozen": (Trouble.FROZEN, FINE, QUIET, Diagnostics(can_launch=False)),
    "no program": (Trouble.INTERPRETER, FINE, QUIET, Diagnostics(can_start=False)),
    "no notice yet": (Trouble.NOTICE, FINE, QUIET, Diagnostics(may_report=False)),
    "no version": (Trouble.NO_VERSION, FINE, QUIET, Diagnostics(has_version=False)),
    "a sandbox": (Trouble.SANDBOX, FINE, QUIET, Diagnostics(in_sandbox=True)),
    "a lock": (Trouble.LOCK, FINE, QUIET, Diagnostics(unusable_locks=("sender.lock: it is a link",))),
    "not owned": (Trouble.NOT_OWNED, FINE, QUIET, Diagnostics(not_owned=("/usage belongs to root",))),
    "newer": (
        Trouble.NEWER,
        IdentityState(Anonymous(A), NewerLedger({})),
        QUIET,
        Diagnostics(newer=("ledger.json: written by a newer version",)),
    ),
    "evidence": (Trouble.EVIDENCE, FINE, QUIET, Diagnostics(evidence=("usage.json",))),
    "usage.json malformed": (
        Trouble.MALFORMED_IDENTITY,
        IdentityState(Malformed(), None),
        QUIET,
        Diagnostics(),
    ),
    "ledger malformed": (
        Trouble.MALFORMED_LEDGER,
        IdentityState(Anonymous(A), Malformed()),
        QUIET,
        Diagnostics(),
    ),
    "another id": (Trouble.DISAGREEMENT, IdentityState(Anonymous(A), Ledger(B, HERE)), QUIET, Diagnostics()),
    "copied": (Trouble.COPIED, IdentityState(Anonymous(A), Ledger(A, ELSEWHERE)), QUIET, Diagnostics()),
    "strange files": (Trouble.STRANGE_EVENTS, FINE, evolve(QUIET, strange=2), Diagnostics()),
    "failures": (
        Trouble.UNREACHABLE,
        FINE,
        ProjectStatus(POSTHOG, paused(NOW + 30), waiting=1),
        Diagnostics(),
    ),
    "no account yet": (
        Trouble.ACCOUNT,
        FINE,
        ProjectStatus(POSTHOG, Logbook(Backoff({"look-up 1-2": Pause(1, NOW + 30)})), undecided=2, foreign=1),
        Diagnostics(),
    ),
    "an event of tomorrow": (Trouble.CLOCK, FINE, evolve(QUIET, newest_at=LATER), Diagnostics()),
    "looked at tomorrow": (
        Trouble.CLOCK,
        FINE,
        ProjectStatus(POSTHOG, Logbook(observed=Observed(5.0, LATER))),
        Diagnostics(),
    ),
    "delivered tomorrow": (
        Trouble.CLOCK,
        FINE,
        ProjectStatus(POSTHOG, Logbook(delivered=Delivered(LATER, 1))),
        Diagnostics(),
    ),
    "failed tomorrow": (
        Trouble.CLOCK,
        FINE,
        ProjectStatus(POSTHOG, Logbook(failed=Failed(LATER, "x"))),
        Diagnostics(),
    ),
    "paused until the day after": (
        Trouble.CLOCK,
        FINE,
        ProjectStatus(POSTHOG, paused(LATER + LONGEST_SECONDS)),
        Diagnostics(),
    ),
}


@pytest.mark.parametrize(("trouble", "state", "project", "diagnostics"), CASES.values(), ids=CASES)
def test_each_trouble_is_told_and_no_other(
    trouble: Trouble, state: IdentityState | None, project: ProjectStatus, diagnostics: Diagnostics
) -> None:
    """One thing that is wrong is one trouble."""
    assert troubles(state, project, diagnostics) == (trouble,)


def test_every_trouble_has_a_case() -> None:
    """None is listed that nothing brings about."""
    assert {case[0] for case in CASES.values()} == set(Trouble)


def test_a_pause_within_bounds_is_no_trouble_of_the_clock() -> None:
    """The longest pause is due an hour from now."""
    assert troubles(project=ProjectStatus(POSTHOG, paused(NOW + LONGEST_SECONDS))) == ()


def test_what_failed_before_is_no_trouble_while_nothing_waits() -> None:
    """Nobody has to do anything about it."""
    assert troubles(project=ProjectStatus(POSTHOG, paused(NOW + 30, failures=5))) == ()


def test_the_next_attempt_is_due_when_the_pause_ends() -> None:
    """Without a pause, after it, or with one that a clock made, the next command attempts."""
    assert ProjectStatus(POSTHOG, paused(NOW + 30)).due_at(NOW) == NOW + 30
    assert ProjectStatus(POSTHOG, paused(NOW - 1)).due_at(NOW) is None
    assert ProjectStatus(POSTHOG, paused(NOW + 2 * LONGEST_SECONDS)).due_at(NOW) is None
    assert QUIET.due_at(NOW) is None
    assert (ProjectStatus(POSTHOG, paused(NOW, failures=4)).failures, QUIET.failures) == (4, 0)


def test_ids_are_shortened() -> None:
    """Enough to tell one from others; a short one stays."""
    assert shorten(A) == "aaaaaaaa..."
    assert shorten("short") == "short"


@pytest.mark.parametrize("kind", [Trouble, LossReason, PreviewedIdentity])
def test_identifiers_are_no_sentences_and_each_has_its_text(
    kind: "type[Trouble] | type[LossReason] | type[PreviewedIdentity]",
) -> None:
    """What is stored and printed as JSON stays; how it is worded may change."""
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", each.value) for each in kind)
    assert all(" " in each.text for each in kind)
