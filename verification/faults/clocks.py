"""The clock is set, back or ahead, while events wait and attempts are put off.

Nothing is dropped as too old, nothing waits for more than an hour longer, no time of an event changes.
"""

from collections.abc import Sequence
from datetime import datetime

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.world import World
from verification.faults.bounds import check_bounds
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

GROUP = "The clock is set"
HALF_HOUR, HOUR, DAY, FORTY_DAYS, TEN_YEARS = 0.5, 1.0, 24.0, 40 * 24.0, 3652 * 24.0
PUT_OFF_HOURS = 1.05  # no pause is longer, by whatever clock


@experiment(GROUP, "ahead by an hour, a day, 40 days, 10 years", rounds=4, quick=0)
def ahead(lab: Lab, rounds: int) -> Figures:
    return _set_clock(lab, (FORTY_DAYS, HOUR, DAY, TEN_YEARS)[:rounds])


@experiment(GROUP, "back by half an hour, an hour, a day, 40 days, 10 years", rounds=5, quick=0)
def back(lab: Lab, rounds: int) -> Figures:
    return _set_clock(lab, (-FORTY_DAYS, -HALF_HOUR, -HOUR, -DAY, -TEN_YEARS)[:rounds])


@experiment(GROUP, "ahead by 10 years, and right again", rounds=2, quick=1)
def there_and_back(lab: Lab, rounds: int) -> Figures:
    return _set_clock(lab, (TEN_YEARS,) * rounds, comes_right=True)


def _set_clock(lab: Lab, jumps: Sequence[float], *, comes_right: bool = False) -> Figures:
    """A jump in a home each: half an outage before it, half after it."""
    for number, hours in enumerate(jumps):
        world = lab.home()

        def run(what: str, number: int = number, world: World = world) -> None:
            lab.track(world, f"{number} {what}", f"principal-{number}")
            lab.settle()

        lab.receiver.posthog = DOWN
        run("attempted")
        run("put off")
        lab.let_hours_pass(hours)
        run("after the jump")
        if comes_right:
            lab.let_hours_pass(-hours)
            run("right again")
        kept = {record["event"]["uuid"]: _moment(record["event"]["timestamp"]) for record in world.waiting}
        lab.receiver.posthog = WELL
        lab.let_hours_pass(PUT_OFF_HOURS)
        run("within the hour")
        assert not world.waiting, f"{hours:+} h: something waits still"
        assert not world.losses, f"{hours:+} h: {world.losses}"
        assert kept, "nothing waited"
        assert kept.items() <= _sent(lab).items(), f"{hours:+} h: another time"
    return lab.judge(len(jumps), check_bounds(lab))


def _sent(lab: Lab) -> dict[str, datetime]:
    """When each event says that it happened, as it was sent at last."""
    return {
        event["uuid"]: _moment(event["timestamp"])
        for batch in lab.receiver.batches()
        for event in batch["batch"]
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))  # which Python 3.10 can't read
