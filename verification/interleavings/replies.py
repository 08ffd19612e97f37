"""How the world answers a call: with a value, with an exception, or not now."""

from collections.abc import Callable, Hashable

from attrs import frozen

Reply = Hashable
Outcome = Callable[..., Reply]


@frozen
class Raised:
    """A reply that the port's method raises."""

    error: type[Exception]


BLOCKED = Raised(BlockingIOError)  # it can't happen now


def losing(effect: Outcome, error: type[Exception]) -> Outcome:
    """It takes effect, and says that it failed."""

    def outcome(*call: object) -> Reply:
        effect(*call)
        return Raised(error)

    return outcome
