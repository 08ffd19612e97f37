"""The processes and the world together: which moves there are in a state, and where each leads.

A state is the world's variables and, for each slot, the node that its process waits at. Death: a process
may vanish after an effect of its own; its locks are let go and its files stay. Dying before an effect is
dying after the one before it, except for who can watch: a sender may also die later, as a move of its own.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from verification.interleavings.labels import words
from verification.interleavings.processes import DEAD, NOT_STARTED, Node, Root, Trees, touched
from verification.interleavings.programs import Doing
from verification.interleavings.reduction import goes_first
from verification.interleavings.replies import BLOCKED
from verification.interleavings.shared_state import HOMES, Pool, Vars, View, place_of

DIES = "dies"
AND_DIES = ", then it dies"
_TOLD_WITH_NONE = ("read identity", "read credentials")

Places = tuple[int, ...]  # of every process: a node, or how it is gone
State = tuple[Vars, Places]
Effect = tuple[tuple[tuple[int, int], ...], int] | None  # what it changes, and the reply; None: not now

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
        self._effects: dict[tuple[object, ...], Effect] = {}
        self._moves: dict[tuple[object, ...], tuple[Move, ...]] = {}
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
            places += (
                self.trees.root(Root(doing.start, slot, doing.home, doing.machine, doing.context, now)),
                NOT_STARTED,
            )
        return content, tuple(places)

    def value(self, content: Vars, variable: str, home: int = 0) -> Any:
        return self.pool.values[content[place_of(variable, home)]]

    def crashed(self, state: State) -> str | None:
        """What a process raised that it should not."""
        return next((node.crashed for node in self._live(state) if node.crashed), None)

    def moves(self, state: State, faults: int, *, reduced: bool = True) -> Sequence[Move]:
        """All moves, with at most so many faults; or those of one process, where these are enough."""
        content, places = state
        may_fail = faults > 0
        moves: tuple[Move, ...] = ()
        for position, place in enumerate(places):
            if place < 0:
                continue
            node = self.trees.nodes[place]
            if node.operation is None:
                continue
            slot, home = self._slots[node.root.slot], node.root.home
            sends = content[_SENDER_LOCK[home]] == slot
            own = self._moves_of(content, position, node, sends, may_fail)
            if reduced and own and own[0].cost == 0:
                others = [self.trees.nodes[each] for each in places if each >= 0 and each != place]
                if goes_first(
                    node,
                    others,
                    locked=content[_IDENTITY_LOCK[home]] == slot,
                    sends=sends,
                    may_fail=may_fail,
                    made=tuple([content[each] != self._nothing for each in _USAGE]),
                ):
                    return own
            moves += own
        return moves

    def _moves_of(
        self, content: Vars, position: int, node: Node, sends: bool, may_fail: bool
    ) -> tuple[Move, ...]:
        """Those without a fault first."""
        key = (node.asked, node.sees(content), position, sends, may_fail, node.after_effect)
        state = self._moves.get(key)
        if state is None:
            moves = list(self._find_moves(content, position, node, sends, may_fail))
            state = self._moves[key] = tuple(sorted(moves, key=lambda move: move.cost))
        return state

    def _find_moves(
        self, content: Vars, position: int, node: Node, sends: bool, may_fail: bool
    ) -> Iterator[Move]:
        operation = node.operation
        assert operation is not None
        for outcome in operation.outcomes:
            cost = 0 if outcome in operation.free else 1
            if (cost and not may_fail) or self._effect(content, node, outcome) is None:
                continue
            yield Move(position, outcome, cost)
            if outcome == "ok" and operation.writes and may_fail and not sends:
                yield Move(position, outcome + AND_DIES, 1)
        if sends and node.after_effect and may_fail:
            yield Move(position, DIES, 1)

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
                node.root.context,
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

    def _effect(self, content: Vars, node: Node, outcome: str) -> Effect:
        """What an outcome changes, and the reply; None where it can't happen now."""
        key = (node.asked, node.sees(content), outcome)
        if key in self._effects:
            return self._effects[key]
        operation = node.operation
        assert operation is not None
        home = node.root.home
        before: Any = {place: self.pool.values[content[place]] for place in touched(operation, home)}
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
