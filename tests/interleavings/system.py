"""The processes and the world together: which moves there are in a state, and where each leads.

A state is the world's variables and, for each slot, the node that its process waits at. Death: a process
may vanish after an effect of its own; its locks are let go and its files stay. Dying before an effect is
dying after the one before it, except for who can watch: a sender may also die later, as a move of its own.
"""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from tests.interleavings.processes import DEAD, NOT_STARTED, Node, Root, Trees
from tests.interleavings.programs import Doing
from tests.interleavings.reduction import goes_first
from tests.interleavings.replies import BLOCKED
from tests.interleavings.words import words
from tests.interleavings.world import HOMES, Pool, Vars, View, place_of

DIES = "dies"
AND_DIES = ", then it dies"
_TOLD_WITH_NONE = ("read identity", "read credentials")

Places = tuple[int, ...]  # of every process: a node, or how it is gone
State = tuple[Vars, Places]

_USAGE = tuple(place_of("usage", home) for home in HOMES)
_IDENTITY_LOCK = tuple(place_of("identity lock", home) for home in HOMES)
_SENDER_LOCK = tuple(place_of("sender lock", home) for home in HOMES)
_CLOCK = place_of("clock", 0)


@frozen
class Move:
    """One process does its next step with this outcome, or dies instead. `cost`: faults."""

    position: int
    outcome: str
    cost: int


class System:
    """Everything learnt about processes and effects so far; states of any scenario can be asked about."""

    def __init__(self) -> None:
        self.pool = Pool()
        self.trees = Trees(self.pool)
        self._effects: dict[tuple[object, ...], tuple[tuple[tuple[int, int], ...], int] | None] = {}
        self.aftermaths: dict[Vars, Vars] = {}
        self._nothing = self.pool.number(None)
        self._slots = [self.pool.number(slot) for slot in range(256)]

    def start(self, content: Vars, doings: Sequence[Doing], first_slot: int) -> State:
        """These begin at once. Each has a slot for itself, and the next one for what it launches."""
        now = self.value(content, "clock")
        assert isinstance(now, int)
        places: list[int] = []
        for number, doing in enumerate(doings):
            slot = first_slot + 2 * number
            places += (self.trees.root(Root(doing.start, slot, doing.home, doing.machine, now)), NOT_STARTED)
        return content, tuple(places)

    def value(self, content: Vars, variable: str, home: int = 0) -> Any:
        return self.pool.values[content[place_of(variable, home)]]

    def crashed(self, state: State) -> str | None:
        """What a process raised that it should not."""
        return next((node.crashed for node in self._live(state) if node.crashed), None)

    def moves(self, state: State, faults: int, *, reduced: bool = True) -> list[Move]:
        """All moves, with at most so many faults; or those of one process, where these are enough."""
        content, places = state
        moves: list[Move] = []
        made = tuple(content[place] != self._nothing for place in _USAGE)
        for position, place in enumerate(places):
            if place < 0:
                continue
            node = self.trees.nodes[place]
            if node.operation is None:
                continue
            own = self._moves_of(content, position, node, faults)
            if reduced and any(move.cost == 0 for move in own):
                slot, home = self._slots[node.root.slot], node.root.home
                others = [self.trees.nodes[each] for each in places if each >= 0 and each != place]
                if goes_first(
                    node,
                    others,
                    locked=content[_IDENTITY_LOCK[home]] == slot,
                    sends=content[_SENDER_LOCK[home]] == slot,
                    may_fail=faults > 0,
                    made=made,
                ):
                    return own
            moves += own
        return moves

    def _moves_of(self, content: Vars, position: int, node: Node, faults: int) -> list[Move]:
        operation = node.operation
        assert operation is not None
        sends = content[_SENDER_LOCK[node.root.home]] == self._slots[node.root.slot]
        moves = []
        for outcome in operation.outcomes:
            cost = 0 if outcome in operation.free else 1
            if cost > faults or self._effect(content, node, outcome) is None:
                continue
            moves.append(Move(position, outcome, cost))
            if outcome == "ok" and operation.writes and faults and not sends:
                moves.append(Move(position, outcome + AND_DIES, 1))
        if sends and node.after_effect and faults:
            moves.append(Move(position, DIES, 1))
        return moves

    def after(self, state: State, move: Move) -> State:
        content, places = state
        node = self.trees.nodes[places[move.position]]
        if move.outcome == DIES:
            return self._without_locks(content, node), _with(places, move.position, DEAD)
        outcome = move.outcome.removesuffix(AND_DIES)
        effect = self._effect(content, node, outcome)
        assert effect is not None, "the move was there"
        changes, reply = effect
        if changes:
            changed = list(content)
            for place, number in changes:
                changed[place] = number
            content = tuple(changed)
        if node.name == "launch" and outcome == "ok":
            (start,) = self._arguments(node)
            launched = Root(
                start,
                node.root.slot + 1,
                node.root.home,
                node.root.machine,
                self.pool.values[content[_CLOCK]],  # type: ignore[arg-type]
            )
            places = _with(places, move.position + 1, self.trees.root(launched))
        if outcome != move.outcome:
            return self._without_locks(content, node), _with(places, move.position, DEAD)
        return content, _with(places, move.position, self.trees.child(places[move.position], reply))

    def is_over(self, state: State) -> bool:
        return all(place < 0 for place in state[1])

    def describe(self, state: State, move: Move) -> str:
        """A move in words: what was asked, how it went, what was answered."""
        if move.outcome == DIES:
            return "dies"
        node = self.trees.nodes[state[1][move.position]]
        asked = ", ".join((node.name, *map(words, self._arguments(node))))
        if move.outcome != "ok":
            return f"{asked}: {move.outcome.removeprefix('ok, ')}"
        effect = self._effect(state[0], node, "ok")
        reply = self.pool.values[effect[1]] if effect else None
        silent = reply is None and (node.operation is None or node.operation.group not in _TOLD_WITH_NONE)
        return asked if silent else f"{asked}: {words(reply)}"

    def _arguments(self, node: Node) -> Any:
        call: Any = self.pool.values[node.call]
        return call[1]

    def _live(self, state: State) -> list[Node]:
        return [self.trees.nodes[place] for place in state[1] if place >= 0]

    def _effect(
        self, content: Vars, node: Node, outcome: str
    ) -> tuple[tuple[tuple[int, int], ...], int] | None:
        """What an outcome changes, and the reply; None where it can't happen now."""
        operation = node.operation
        assert operation is not None
        home = node.root.home
        homes = HOMES if operation.everywhere else (home,)
        touched = [place_of(variable, each) for variable in operation.touches for each in homes]
        key = (node.call, outcome, node.root.slot, home, *(content[place] for place in touched))
        if key not in self._effects:
            before: Any = {place: self.pool.values[content[place]] for place in touched}
            view = View(node.root.slot, home, before)
            reply = operation.outcomes[outcome](view, *self._arguments(node))
            changes = tuple(
                (place, number)
                for place, value in view.content.items()
                if (number := self.pool.number(value)) != content[place]
            )
            self._effects[key] = None if reply == BLOCKED else (changes, self.pool.number(reply))
        return self._effects[key]

    def _without_locks(self, content: Vars, node: Node) -> Vars:
        slot, home = self._slots[node.root.slot], node.root.home
        held = [place for place in (_IDENTITY_LOCK[home], _SENDER_LOCK[home]) if content[place] == slot]
        return tuple(self._nothing if place in held else number for place, number in enumerate(content))


def _with(places: Places, position: int, place: int) -> Places:
    return (*places[:position], place, *places[position + 1 :])
