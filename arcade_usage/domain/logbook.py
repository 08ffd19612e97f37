"""What the senders of one sink write down for each other."""

from attrs import field, frozen

from arcade_usage.domain.limits import Losses, Observed
from arcade_usage.domain.spacing import Pauses


@frozen
class Logbook:
    """`pauses`: what is not due yet. `observed`: the time that has passed. `losses`: what was dropped."""

    pauses: Pauses = field(factory=Pauses)
    observed: Observed = field(factory=Observed)
    losses: Losses = field(factory=Losses)
