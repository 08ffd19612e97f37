"""Samples and goals. Every figure of the page is computed from samples."""

from collections.abc import Iterable
from statistics import median, quantiles

from attrs import field, frozen


def _values(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(values)


@frozen
class Measurements:
    """Samples of one quantity, in one unit."""

    values: tuple[float, ...] = field(converter=_values)

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def p95(self) -> float:
        if len(self.values) < 2:
            return self.median
        return quantiles(self.values, n=20, method="inclusive")[-1]

    def over(self, other: "Measurements") -> float:
        """The ratio of this median to the other one."""
        return self.median / other.median

    def __str__(self) -> str:
        return f"{_digits(self.median)} ({_digits(self.p95)})"


@frozen
class Goal:
    """A bound for a figure: `at_most`, or `at_least` if more is better.

    made_of: one sentence on what the figure consists of, for the page if the goal is missed.
    """

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None
    unit: str = "times"
    made_of: str = "The cause is not known."

    @property
    def is_met(self) -> bool:
        within = self.at_most is None or self.value <= self.at_most
        return within and (self.at_least is None or self.value >= self.at_least)

    @property
    def bound(self) -> str:
        return f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"

    @property
    def margin(self) -> str:
        return _digits(self.value)


def _digits(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
