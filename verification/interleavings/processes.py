"""Processes as trees: what a process asks next is a function of what it was answered so far.

The code of a process runs in a greenlet that stops at every call of a port. It is deterministic given the
replies, so each sequence of replies has to be run once; then it is a node of a tree, and the explorer moves
between nodes without running anything. A node that nobody has been at yet is reached by the greenlet that
waits at its parent, or else by running the process again from its start.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from operator import itemgetter
from typing import Any

from attrs import define, evolve, field, frozen
from greenlet import GreenletExit, getcurrent, greenlet

from arcade_usage.application.errors import UsageTrackingError
from verification.interleavings.operations import OPERATIONS, Operation
from verification.interleavings.replies import Raised
from verification.interleavings.shared_state import HOMES, Pool, Vars, installation, place_of

ENDED, DEAD, NOT_STARTED = -1, -2, -3
WAITING_LIMIT = 4000  # greenlets that are kept waiting at a node


@define(eq=False)
class Process:
    """What the code of one process can see: where it runs, chance, and the world by way of `call`."""

    slot: int
    home: int
    machine: int
    context: str | None  # whose credentials it uses if not those of the active context
    now: float
    phase: str
    given: int = 0
    gone: bool = False

    def call(self, operation: str, *arguments: Hashable) -> Any:
        """Stop until the scheduler has answered."""
        if self.gone:
            raise GreenletExit
        parent = getcurrent().parent
        assert parent is not None
        try:
            reply = parent.switch((operation, arguments))
        except GreenletExit:  # nobody will ever answer: what is said on the way out is no call
            self.gone = True
            raise
        if isinstance(reply, Raised):
            raise reply.error(operation)
        return reply

    @property
    def here(self) -> str:
        return installation(self.home, self.machine)

    def new(self) -> str:
        self.given += 1
        return f"{self.slot:02x}{_phase_number(self.phase):02x}{self.given:04x}-0000-4000-8000-000000000000"


@frozen
class Start:
    """A program, and what it is given. What a program returns: the Start that it goes on with, or nothing."""

    program: Callable[..., "Start | None"]
    arguments: tuple[Hashable, ...] = ()


PHASES = (
    "take",
    "send",
    "rotate",
    "keep",
)  # programs that go on in the slot of another, each with ids of its own


def _phase_number(phase: str) -> int:
    return PHASES.index(phase) + 1 if phase in PHASES else 0


@frozen
class Root:
    start: Start
    slot: int
    home: int
    machine: int
    context: str | None
    now: int


class CrashedError(Exception):
    """A process raised what is no UsageTrackingError."""


def _see_nothing(_: Vars) -> tuple[int, ...]:
    return ()


@define(eq=False)
class Node:
    """A process that waits for the reply to one call. `crashed`: what it raised instead.

    `asked`: the call with who made it and where, all that its effect depends on except what it `sees`.
    """

    root: Root
    parent: int
    reply: int
    call: int = 0
    asked: int = 0
    sees: Callable[[Vars], Any] = _see_nothing
    name: str = ""
    operation: Operation | None = None
    crashed: str = ""
    after_effect: bool = True
    children: dict[int, int] = field(factory=dict)


class Trees:
    """All that is known of what processes do."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.nodes: list[Node] = []
        self._roots: dict[Root, int] = {}
        self._waiting: OrderedDict[int, tuple[greenlet, Process]] = OrderedDict()
        self._lookers: dict[tuple[int, ...], Callable[[Vars], Any]] = {(): _see_nothing}

    def root(self, root: Root) -> int:
        index = self._roots.get(root)
        if index is None:
            index = self._roots[root] = self._stop(Node(root, ENDED, 0), *self._spawn(root))
        return index

    def child(self, index: int, reply: int) -> int:
        """Where a process is after a reply: a node, or ENDED."""
        node = self.nodes[index]
        child = node.children.get(reply)
        if child is None:
            running, process = self._at(index)
            answered = Node(node.root, index, reply)
            answered.after_effect = node.operation is not None and node.operation.writes
            child = node.children[reply] = self._stop(
                answered, running, process, running.switch(self.pool.values[reply])
            )
        return child

    def _spawn(self, root: Root) -> tuple[greenlet, Process, Any]:
        program = root.start.program.__name__
        process = Process(root.slot, root.home, root.machine, root.context, float(root.now), program)
        running = greenlet(_run)
        return running, process, running.switch(process, root.start)

    def _at(self, index: int) -> tuple[greenlet, Process]:
        """A greenlet that waits at a node."""
        waiting = self._waiting.pop(index, None)
        if waiting is not None:
            return waiting
        replies = []
        node = self.nodes[index]
        while node.parent != ENDED:
            replies.append(node.reply)
            node = self.nodes[node.parent]
        running, process, _ = self._spawn(node.root)
        for reply in reversed(replies):
            running.switch(self.pool.values[reply])
        return running, process

    def _stop(self, node: Node, running: greenlet, process: Process, said: Any) -> int:
        if running.dead:
            if isinstance(said, Start):
                return self.root(evolve(node.root, start=said))
            if said is None:
                return ENDED
            node.crashed = said
        else:
            node.name, arguments = said
            node.operation = OPERATIONS[node.name]
            node.call = self.pool.number((node.name, arguments))
            node.asked = self.pool.number((node.call, node.root.slot, node.root.home))
            node.sees = self._looking(node.operation, node.root.home)
        self.nodes.append(node)
        index = len(self.nodes) - 1
        if not running.dead:
            self._waiting[index] = (running, process)
            if len(self._waiting) > WAITING_LIMIT:
                self._waiting.popitem(last=False)[1][0].throw()
        return index

    def _looking(self, operation: Operation, home: int) -> Callable[[Vars], Any]:
        places = touched(operation, home)
        return self._lookers.get(places) or self._lookers.setdefault(places, itemgetter(*places))


def touched(operation: Operation, home: int) -> tuple[int, ...]:
    """Where the variables are that an operation touches."""
    homes = HOMES if operation.everywhere else (home,)
    return tuple(place_of(variable, each) for variable in operation.touches for each in homes)


def _run(process: Process, start: Start) -> "Start | str | None":
    try:
        return start.program(process, *start.arguments)
    except UsageTrackingError:  # the delivery process and the tool's boundary swallow it
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        return f"{type(error).__name__}: {error}"
