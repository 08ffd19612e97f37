"""What the processes share, as values: files, locks, PostHog; and what only the oracle knows.

A state of the world is a tuple of numbers, one for each variable, which stand for immutable values in a
pool: states are cheap to keep and to compare, and an operation's effect is computed once.
"""

from collections.abc import Hashable
from typing import Any

from attrs import define, field, frozen

from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.persons import PersonStore

HOMES = (0, 1)  # the folder, and a copy of it
MACHINES = ("this machine", "another machine")  # either home may be used from both
START = 1_800_000_000  # Unix seconds of the first event

OF_A_HOME = (
    "usage",
    "ledger",
    "credentials",
    "identity lock",
    "sender lock",
    "outbox",
    "switch",
    "pauses",
    "announcement",
    "counts",
)
OF_ALL = ("posthog", "clock", "history")
SIZE = len(OF_A_HOME) * len(HOMES) + len(OF_ALL)

Vars = tuple[int, ...]


def installation(home: int, machine: int) -> str:
    """What `here` is: the machine, and the inode of the folder, which a copy does not share."""
    return f"{MACHINES[machine]}, folder {home}"


def place_of(variable: str, home: int) -> int:
    """Where in a state a variable is; `home` matters to those that every home has."""
    if variable in OF_ALL:
        return len(OF_A_HOME) * len(HOMES) + OF_ALL.index(variable)
    return home * len(OF_A_HOME) + OF_A_HOME.index(variable)


class Pool:
    """Numbers for values: equal values have the same one."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._numbers: dict[tuple[type, Hashable], int] = {}

    def number(self, value: Hashable) -> int:
        key = (type(value), value)  # 1, 1.0 and True are equal, and an exception's name is not its text
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.values)
            self.values.append(value)
        return number


@frozen
class Period:
    """A time in which the credentials were not touched. `began`: how; `who`: whose they are, if anybody's.

    `missed`: it ended before any ledger had named its stamp.
    """

    who: str | None
    stamp: Stamp | None
    began: str
    missed: bool = False


@frozen
class Profiles:
    """Who is who in one of PostHog's person stores. `refused`: merges that it did not make."""

    person_of_id: frozenset[tuple[str, str]] = frozenset()
    identified: frozenset[str] = frozenset()
    refused: frozenset[tuple[str, str]] = frozenset()


@frozen
class PostHog:
    """One project: who is who there, what it counts for whom, and what it said it took.

    `profiles`: of each person store, in the order of PersonStore. `events`: (uuid, distinct id, personless). `accepted`: aliases whose sender heard that they were
    accepted. `early`: events that carried a principal's id before that. `told_off`: those that came
    from a process which had read that tracking is off. `older`: those that an older CLI's link decided.
    """

    profiles: tuple[Profiles, ...] = tuple(Profiles() for _ in PersonStore)
    events: frozenset[tuple[str, str, bool]] = frozenset()
    accepted: frozenset[tuple[str, str]] = frozenset()
    early: frozenset[str] = frozenset()
    told_off: frozenset[str] = frozenset()
    older: frozenset[str] = frozenset()


@frozen
class History:
    """What happened, for the oracle alone.

    `begun`: (uuid, number of the period in which its snapshot began, whether the last credentials were
    noticed by then). `causes`: (uuid, home, number of the period in which it ended). `late`: events of
    logouts whose snapshot found no credentials. `elsewhere`: (uuid, home, whose) of events in another context.
    `written`: events that an outbox took. `dropped`: those that
    were dropped for a stated reason. `noticed`: stamps that a ledger ever named. `used`: (home, id that was
    used with credentials, their stamp, who claimed it). `attempted`: aliases that were tried, (id, principal). `seen_out`: (home, number of
    the period that a logout ended, how many there were when it had rotated). `forced`: homes on which a
    logout did not wait for the lock any longer. `current`: ids that were ever a home's own. `users`: (home, installation) that used it. `left`: (home, id) that
    a logout left alone though it was used with credentials. `told_off`:
    processes that read that tracking is off. `turned_on`: each time that it was turned on
    again, as (home, how many periods there were up to the last one that a ledger had named, how many there were).
    `summed`: (uuid, successes) of the events with counts that
    PostHog took or refused.
    """

    begun: frozenset[tuple[str, int, bool]] = frozenset()
    causes: frozenset[tuple[str, int, int]] = frozenset()
    late: frozenset[str] = frozenset()
    elsewhere: frozenset[tuple[str, int, str]] = frozenset()
    written: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    noticed: frozenset[Stamp] = frozenset()
    used: frozenset[tuple[int, str, Stamp | None, str | None]] = frozenset()
    attempted: frozenset[tuple[str, str]] = frozenset()
    seen_out: frozenset[tuple[int, int, int]] = frozenset()
    forced: frozenset[int] = frozenset()
    current: frozenset[str] = frozenset()
    users: frozenset[tuple[int, str]] = frozenset()
    left: frozenset[tuple[int, str]] = frozenset()
    told_off: frozenset[int] = frozenset()
    turned_on: frozenset[tuple[int, int, int]] = frozenset()
    summed: frozenset[tuple[str, int]] = frozenset()

    def was_used(self, home: int, anon_id: str) -> bool:
        return any(each[:2] == (home, anon_id) for each in self.used)


class Facts(dict[str, Any]):
    """Facts that can be part of a value: properties of an event, counts by command."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 0


NO_COUNTS = DailyCount(commands=Facts())


def blank(pool: Pool) -> Vars:
    """Nothing is on disk, nobody has ever logged in."""
    content: list[int] = [0] * SIZE
    for home in HOMES:
        first: dict[str, Hashable] = {
            "credentials": (Period(None, None, "start"),),
            "outbox": frozenset(),
            "switch": True,
            "pauses": Backoff(),
            "counts": NO_COUNTS,
        }
        for variable in OF_A_HOME:
            content[place_of(variable, home)] = pool.number(first.get(variable))
    content[place_of("posthog", 0)] = pool.number(PostHog())
    content[place_of("clock", 0)] = pool.number(START + 3600)
    content[place_of("history", 0)] = pool.number(History())
    return tuple(content)


@define
class View:
    """The variables that one operation of one process may touch; any other is a KeyError."""

    slot: int
    home: int
    content: dict[int, Hashable] = field(factory=dict)

    def __getitem__(self, variable: str) -> Any:
        return self.content[place_of(variable, self.home)]

    def __setitem__(self, variable: str, value: Hashable) -> None:
        place = place_of(variable, self.home)
        if place not in self.content:
            raise KeyError(f"{variable} is not declared")
        self.content[place] = value

    def of(self, home: int) -> "View":
        """The same variables, of that home."""
        return View(self.slot, home, self.content)
