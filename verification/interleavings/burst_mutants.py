"""The library with one half of the rule of the hand-over broken; see mutants.py."""

from collections.abc import Callable
from typing import Any

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.delivery.stay import Stay
from verification.interleavings import bursts, operations, oracle, processes, system
from verification.interleavings.bursts import BURST, BURST_ELSEWHERE
from verification.interleavings.explorer import Scenario
from verification.interleavings.mutants import Mutant
from verification.interleavings.programs import COMMAND, LOGIN_ALICE, OFF
from verification.interleavings.shared_state import View

_wait_for_more = Stay.wait_for_more


def _without_second_look(payload: str, announcement: Any, store: Callable[[str], bool]) -> str | None:
    return None if announcement.stands() and store(payload) else payload


def _looks_twice_first(payload: str, announcement: Any, store: Callable[[str], bool]) -> str | None:
    """Both looks, and only then is the event written."""
    stands = announcement.stands() and announcement.stands()
    return None if stands and store(payload) else payload


def _withdraws_after_its_last_look(self: Stay, result: Attempt, look: Callable[[], bool]) -> bool:
    found = result is Attempt.ELSEWHERE or look()
    self.hand_over.withdraw()
    self.is_announced = False
    return found


def _ends_if_another_sends(self: Stay, result: Attempt, look: Callable[[], bool]) -> bool:
    """It found the lock held, withdraws, and does not try the lock again."""
    return _wait_for_more(self, result, look) and result is not Attempt.ELSEWHERE


def _stands_anywhere(view: View) -> bool:
    return any(view.of(home)["announcement"] is not None for home in (0, 1))


def _never_reads_the_switch(process: Any, record: Any) -> bool:
    process.call("write early record", record)
    return True


_ANY_PROJECT = operations.Operation(
    ("announcement",), "announcement", {"ok": _stands_anywhere}, everywhere=True
)

BURST_MUTANTS = (
    Mutant(
        "a command that does not look again",
        ((bursts, "hand_over", _without_second_look),),
        Scenario((LOGIN_ALICE,), (BURST, BURST)),
        frozenset({oracle.LEFT_BEHIND}),
    ),
    Mutant(
        "a command that looks again before its event is on disk",
        ((bursts, "hand_over", _looks_twice_first),),
        Scenario((LOGIN_ALICE,), (BURST, BURST)),
        frozenset({oracle.LEFT_BEHIND}),
    ),
    Mutant(
        "a sender that withdraws its announcement after its last look",
        ((Stay, "wait_for_more", _withdraws_after_its_last_look),),
        Scenario((LOGIN_ALICE,), (BURST, BURST)),
        frozenset({oracle.LEFT_BEHIND}),
    ),
    Mutant(
        "an announcer that finds a sender, and does not try again",
        ((Stay, "wait_for_more", _ends_if_another_sends),),
        Scenario((LOGIN_ALICE,), (COMMAND, BURST, BURST), 0, 3),
        frozenset({oracle.LEFT_BEHIND}),
    ),
    Mutant(
        "the announcement for another project taken for one's own",
        (
            (processes, "OPERATIONS", {**operations.OPERATIONS, "look for announcement": _ANY_PROJECT}),
            (system, "goes_first", lambda *_, **__: False),  # it takes what is in two homes for independent
        ),
        Scenario((LOGIN_ALICE,), (BURST, BURST_ELSEWHERE), 0, 2),
        frozenset({oracle.LEFT_BEHIND}),
    ),
    Mutant(
        "the switch not read again after an event was left to a sender",
        ((bursts, "_write", _never_reads_the_switch),),
        Scenario((LOGIN_ALICE,), (BURST, BURST, OFF), 0, 2),
        frozenset({oracle.WAITS}),
    ),
)
