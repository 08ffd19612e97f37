"""What is explored: who does what at once, after what, and how deep.

What the bounds leave out is named here and in the oracle, nowhere else: a home restored from a backup, two
homes whose outboxes were filled by an older CLI, a day that passes while a process lives.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, product

from verification.interleavings.bursts import BURST, BURST_ELSEWHERE
from verification.interleavings.explorer import Faulty, Scenario
from verification.interleavings.operations import REPLY_LOST
from verification.interleavings.programs import (
    COMMAND,
    COMMAND_ELSEWHERE,
    COMMAND_THERE,
    COPIED,
    COPIED_BOB,
    COPIED_LOGIN,
    DELETE,
    DELIVERY,
    EDIT,
    LATE_LOGOUT,
    LIMITED,
    LOGIN_ALICE,
    LOGIN_BOB,
    LOGIN_THERE,
    LOGOUT,
    LOGOUT_ELSEWHERE,
    LOGOUT_THERE,
    NEXT_DAY,
    OFF,
    OLDER_LOGIN,
    OLDER_LOGIN_LOST,
    OLDER_LOGOUT,
    ON,
    PLAIN,
    REFRESH,
    UNSEEN_ALICE,
    Doing,
)

Before = tuple[Doing | Faulty, ...]

UNDELIVERED = Faulty(COMMAND, (("capture", "fails"),))
ALIAS_LOST = Faulty(LOGIN_ALICE, (("alias", REPLY_LOST),))
ALIAS_FAILED = Faulty(LOGIN_ALICE, (("alias", "fails"),))
UNKNOWN = Faulty(LOGIN_ALICE, (("look up", "no answer"),))

FRESH: Before = ()
ANONYMOUS: Before = (COMMAND,)
LINKED: Before = (LOGIN_ALICE,)
CLAIMED: Before = (COMMAND, ALIAS_LOST)
RETURNING: Before = (LOGIN_ALICE, LOGOUT)
SWITCHED: Before = (LOGIN_ALICE, EDIT)
UNSEEN: Before = (COMMAND, OFF, UNSEEN_ALICE, EDIT)  # alice used it while it was off, then bob
MAYBE_SENT = Faulty(LIMITED, (("capture", REPLY_LOST),))
COUNTED: Before = (LIMITED, LIMITED, NEXT_DAY)
LIMITS: tuple[Before, ...] = (FRESH, (LIMITED,), (MAYBE_SENT,), COUNTED, (MAYBE_SENT, LIMITED, NEXT_DAY))
BEFORES: tuple[Before, ...] = (
    FRESH,
    ANONYMOUS,
    LINKED,
    CLAIMED,
    SWITCHED,
    (UNDELIVERED,),
    (COMMAND, ALIAS_FAILED),
    (COMMAND, UNKNOWN),
    (UNKNOWN, REFRESH),
    (COMMAND, OLDER_LOGIN),
    (OLDER_LOGIN, OLDER_LOGOUT),
    (LOGIN_ALICE, DELETE),
)

TRACKED = (COMMAND, LOGIN_BOB, LOGOUT, LATE_LOGOUT)
COPIES = (COPIED, COPIED_BOB, COPIED_LOGIN)
ELSEWHERE = (COMMAND_ELSEWHERE, LOGOUT_ELSEWHERE)
THERE = (COMMAND_THERE, LOGIN_THERE, LOGOUT_THERE)
NOBODY: Before = (COMMAND, LOGOUT)
WAITING: Before = (LOGIN_ALICE, REFRESH, Faulty(COMMAND, (("look up", "no answer"),)))
OTHERS = (EDIT, REFRESH, DELETE, OFF, OLDER_LOGIN, OLDER_LOGIN_LOST, OLDER_LOGOUT)


def quick() -> Iterator[Scenario]:
    """What every run of the tests explores, in about 19 s of CPU: `wide`, with fewer switches and faults."""
    for before, other in product((FRESH, LINKED), OTHERS):
        yield Scenario(before, (COMMAND, other), 1, 1)
        yield Scenario(before, (LOGIN_BOB, other), 0, 1)
    for before, other in product((ANONYMOUS, LINKED), OTHERS):
        yield Scenario(before, (LOGOUT, other), 0, 2)
    for before, pair in product(
        (FRESH, NOBODY, ANONYMOUS, LINKED, CLAIMED), combinations_with_replacement(TRACKED, 2)
    ):
        yield Scenario(before, pair, 0, 1)
    for before, doing, copy in product((ANONYMOUS, LINKED), (COMMAND, LOGIN_BOB), COPIES):
        yield Scenario(before, (doing, copy), 0, 1)
    for before, there in product((FRESH, ANONYMOUS, LINKED, WAITING), THERE):
        yield Scenario(before, (COMMAND, there), 0, 1)
    for before, there in product((FRESH, LINKED), THERE):
        yield Scenario(before, (LOGIN_ALICE, there), 0, 1)
    for before, elsewhere in product((ANONYMOUS, LINKED, WAITING), ELSEWHERE):
        yield Scenario(before, (COMMAND, elsewhere), 0, 1)
    yield Scenario(LINKED, (LOGIN_BOB, COMMAND_ELSEWHERE), 0, 1)
    for before, other in product((ANONYMOUS, LINKED), (PLAIN, COMMAND, *OTHERS)):
        yield Scenario(before, (PLAIN, other), 1, 1)
    for before, other in product((LINKED, (UNDELIVERED,)), (LOGIN_BOB, LOGOUT)):
        yield Scenario(before, (PLAIN, other), 0, 1)
    yield from _small()
    yield from _bursts()
    yield from _limited((FRESH,), 0, 1)
    yield from _limited(((MAYBE_SENT,), COUNTED), 1, 1)
    yield from _turned_on(0, 1)
    yield Scenario(RETURNING, (COMMAND, LOGIN_ALICE), 0, 1)
    yield Scenario(ANONYMOUS, (COMMAND, LOGOUT), 0, 2)


def _more() -> Iterator[Scenario]:
    """What `quick` has smaller, or has only a part of, and no other part of `wide` has."""
    for before, doing, elsewhere in product((ANONYMOUS, LINKED, WAITING), (COMMAND, LOGIN_BOB), ELSEWHERE):
        yield Scenario(before, (doing, elsewhere), 0, 1)
    for before, other in product((ANONYMOUS, LINKED), (PLAIN, COMMAND, *OTHERS)):
        yield Scenario(before, (PLAIN, other), 1, 2)
    for before, other in product((FRESH, ANONYMOUS, LINKED, (UNDELIVERED,)), (LOGIN_BOB, LOGOUT)):
        yield Scenario(before, (PLAIN, other), 0, 1)
    yield from _turned_on(1, 1)
    yield Scenario(RETURNING, (COMMAND, LOGIN_ALICE), 1, 1)


def _limited(befores: Sequence[Before], faults: int, switches: int) -> Iterator[Scenario]:
    """Commands beyond a daily limit."""
    for before, other in product(befores, (LIMITED, OFF, DELIVERY)):
        yield Scenario(before, (LIMITED, other), faults, switches)


def _small() -> Iterator[Scenario]:
    """What is the same in `quick` and in `wide`: three at once, what waits for another installation, a claim."""
    for copy in COPIES:
        yield Scenario(WAITING, (COMMAND, copy), 0, 2)
    for before in ((UNDELIVERED,), (COMMAND, UNKNOWN)):
        yield Scenario(before, (COMMAND, DELIVERY, EDIT), 0, 2)
    yield Scenario((COMMAND, ALIAS_FAILED), (COMMAND, LOGOUT), 0, 1)
    yield Scenario(ANONYMOUS, (COMMAND, LOGIN_BOB, DELETE), 0, 1)
    yield Scenario((LOGIN_ALICE, DELETE), (COMMAND, LOGIN_ALICE, DELETE), 0, 1)
    for triple in ((COMMAND, EDIT, LOGOUT), (COMMAND, COMMAND, REFRESH)):
        yield Scenario(LINKED, triple, 0, 1)


def _turned_on(faults: int, switches: int) -> Iterator[Scenario]:
    """Tracking turned on again, after people came and went unseen."""
    yield Scenario((*UNSEEN, ON), (COMMAND,), faults)
    for before, other in product((UNSEEN, (COMMAND, OFF), (LOGIN_ALICE, OFF)), (COMMAND, EDIT, LOGOUT, ON)):
        yield Scenario(before, (ON, other), faults, switches)


def _bursts() -> Iterator[Scenario]:
    """The hand-over: `quick` and `wide` explore it alike."""
    yield Scenario(LINKED, (BURST, BURST))
    yield Scenario(LINKED, (BURST, BURST), 1, 1)
    yield Scenario(LINKED, (BURST, OFF), 1, 2)
    yield Scenario(LINKED, (BURST, BURST_ELSEWHERE), 0, 2)
    for other in (BURST, COMMAND, OFF, REFRESH):
        yield Scenario(LINKED, (BURST, BURST, other), 0, 1)
    for before, other in product((FRESH, LINKED), (BURST, LOGIN_BOB, LOGOUT)):
        yield Scenario(before, (BURST, other), 0, 1)


def wide() -> Iterator[Scenario]:
    """What takes about a minute and a half; `deep` begins with it."""
    for before, doing, other in product((FRESH, LINKED), (COMMAND, LOGIN_BOB), OTHERS):
        yield Scenario(before, (doing, other), 1, 2)
    for before, other in product((ANONYMOUS, LINKED), OTHERS):
        yield Scenario(before, (LOGOUT, other), 0)
    every_pair = combinations_with_replacement(TRACKED, 2)
    for before, pair in product((FRESH, NOBODY, ANONYMOUS, LINKED, CLAIMED), every_pair):
        yield Scenario(before, pair, 0, 2)
    for before, doing, copy in product((ANONYMOUS, LINKED), (COMMAND, LOGIN_BOB), COPIES):
        yield Scenario(before, (doing, copy), 1, 1)
    for before, doing, there in product((FRESH, ANONYMOUS, LINKED, WAITING), (COMMAND, LOGIN_ALICE), THERE):
        yield Scenario(before, (doing, there), 0, 2)
    yield from _small()
    yield from _bursts()
    yield from _more()
    yield from _limited(LIMITS, 1, 1)
    yield Scenario(ANONYMOUS, (COMMAND, LOGOUT), 1, 2)
    yield Scenario(FRESH, (COMMAND, LOGIN_ALICE, LOGOUT), 0, 1)
    yield Scenario(LINKED, (COMMAND, LOGIN_BOB, LOGOUT), 0, 1)


def deep() -> Iterator[Scenario]:
    """Everything, which takes two hours and more: about 590 million states."""
    yield from wide()
    for before, doing, other in product(BEFORES, (*TRACKED, *COPIES), OTHERS):
        yield Scenario(before, (doing, other), 1)
    for before, doing, other in product(BEFORES, (COMMAND, *COPIES), OTHERS):
        yield Scenario(before, (doing, other), 2, 2)
    for before, pair in product(BEFORES, _pairs()):
        yield Scenario(before, pair, 0, 4)
        yield Scenario(before, pair, 1, 2)
    for before, triple in product(BEFORES, _triples()):
        yield Scenario(before, triple, 0, 2)
    befores = (*BEFORES, (COMMAND_ELSEWHERE,), (LOGIN_ALICE, COMMAND_ELSEWHERE))
    for before, doing, elsewhere in product(befores, (*TRACKED, *OTHERS), ELSEWHERE):
        yield Scenario(before, (doing, elsewhere), 1, 2)
    for before, logout in product((FRESH, (EDIT,)), (LOGOUT, LATE_LOGOUT)):
        yield Scenario(before, (COMMAND, LOGIN_ALICE, logout), 0, 2)
    for before, doing, there in product((*BEFORES, NOBODY, WAITING), TRACKED, THERE):
        yield Scenario(before, (doing, there), 1, 2)
    for before, doing, other in product((NOBODY, WAITING), (*TRACKED, *COPIES), OTHERS):
        yield Scenario(before, (doing, other), 1)
    for before, doing in product(((UNDELIVERED,), (COMMAND, UNKNOWN)), (*TRACKED, *COPIES)):
        yield Scenario(before, (doing, DELIVERY), 1, 3)
    yield from _turned_on(2, 3)
    yield from _deep_bursts()
    yield from _deep_limits()


def _deep_limits() -> Iterator[Scenario]:
    yield from _limited(LIMITS, 2, 2)
    for before in LIMITS:
        yield Scenario(before, (LIMITED, LOGIN_ALICE), 1, 1)


def _deep_bursts() -> Iterator[Scenario]:
    yield Scenario(LINKED, (BURST, BURST), 2, 4)
    for before, other in product(BEFORES, (*TRACKED, *OTHERS, DELIVERY)):
        yield Scenario(before, (BURST, other), 1, 2)
    for other in (BURST, BURST_ELSEWHERE, DELIVERY, *TRACKED, *OTHERS):
        yield Scenario(LINKED, (BURST, BURST, other), 0, 2)
        yield Scenario(LINKED, (BURST, BURST, other), 1, 1)


def wild() -> Iterator[Scenario]:
    """Three at once, any number of switches and a few faults: for random schedules."""
    everything = (*TRACKED, *OTHERS, *THERE, DELIVERY, BURST)
    for before, first, second, third in product(BEFORES, TRACKED, everything, (*everything, *COPIES)):
        yield Scenario(before, (first, second, third), 3)


def _pairs() -> Iterator[tuple[Doing, Doing]]:
    for first, second in combinations_with_replacement((*TRACKED, *COPIES), 2):
        if not {first, second} <= set(COPIES):  # there is one other machine
            yield first, second


def _triples() -> Iterator[tuple[Doing, Doing, Doing]]:
    for (first, second), other in product(_pairs(), OTHERS):
        yield first, second, other
