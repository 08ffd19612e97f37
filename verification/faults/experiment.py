"""An experiment: one kind of fault, made so many times; and all that there are."""

from collections.abc import Callable

from attrs import field, frozen

from verification.faults.figures import Figures
from verification.faults.lab import Lab


class NotRunError(Exception):
    """The machine lacks what an experiment needs, and it says what. It counts as not run, never as passed."""


@frozen
class Experiment:
    """`group` and `name`: its row in the table. `rounds`: for `make faults`; `quick`: for the tests, 0: not there."""

    group: str
    name: str
    rounds: int
    quick: int
    run: Callable[[Lab, int], Figures] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"


EXPERIMENTS: list[Experiment] = []

Body = Callable[[Lab, int], Figures]


def experiment(group: str, name: str, *, rounds: int, quick: int) -> Callable[[Body], Body]:
    """Registers a function that makes a fault `rounds` times in a lab of its own and counts.

    It raises AssertionError where something else is wrong than what the figures say, and NotRunError.
    """

    def register(run: Body) -> Body:
        EXPERIMENTS.append(Experiment(group, name, rounds, quick, run))
        return run

    return register
