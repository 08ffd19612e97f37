"""Experiments: one kind of fault each, repeated a number of times; and their registry."""

from collections.abc import Callable

from attrs import field, frozen

from verification.faults.figures import Figures
from verification.faults.testbed import Testbed


class NotRunError(Exception):
    """The machine lacks something that the experiment needs; the message names it. Not counted as passed."""


@frozen
class Experiment:
    """One experiment: `group` and `name` are its section and row on the page.

    `rounds`: repetitions for `make faults`. `quick`: repetitions in the tests; with 0 they leave it out.
    """

    group: str
    name: str
    rounds: int
    quick: int
    run: Callable[[Testbed, int], Figures] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"


EXPERIMENTS: list[Experiment] = []

Body = Callable[[Testbed, int], Figures]


def experiment(group: str, name: str, *, rounds: int, quick: int) -> Callable[[Body], Body]:
    """Register a function that makes a fault `rounds` times and returns the figures.

    The function raises AssertionError for what the figures do not show, and NotRunError.
    """

    def register(run: Body) -> Body:
        EXPERIMENTS.append(Experiment(group, name, rounds, quick, run))
        return run

    return register
