"""The system clock is set forward or backward while events wait and a backoff runs.

No event expires, no event waits for more than an hour longer, and no timestamp changes.
"""

from collections.abc import Sequence
from datetime import datetime

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed
from verification.faults.time_limits import check_time_limits

GROUP = "System clock changes"
HALF_HOUR, HOUR, DAY, FORTY_DAYS, TEN_YEARS = 0.5, 1.0, 24.0, 40 * 24.0, 3652 * 24.0
LONGEST_BACKOFF_HOURS = 1.05  # an hour by any clock, and some slack


@experiment(GROUP, "forward by an hour, a day, 40 days, 10 years", rounds=4, quick=0)
def set_forward(testbed: Testbed, rounds: int) -> Figures:
    return _set_clock(testbed, (FORTY_DAYS, HOUR, DAY, TEN_YEARS)[:rounds])


@experiment(GROUP, "backward by half an hour, an hour, a day, 40 days, 10 years", rounds=5, quick=0)
def set_backward(testbed: Testbed, rounds: int) -> Figures:
    return _set_clock(testbed, (-FORTY_DAYS, -HALF_HOUR, -HOUR, -DAY, -TEN_YEARS)[:rounds])


@experiment(GROUP, "forward by 10 years, then corrected", rounds=2, quick=1)
def set_forward_and_correct(testbed: Testbed, rounds: int) -> Figures:
    return _set_clock(testbed, (TEN_YEARS,) * rounds, is_corrected=True)


def _set_clock(testbed: Testbed, jumps: Sequence[float], *, is_corrected: bool = False) -> Figures:
    """Set the clock by each of `jumps` hours, in a home each, in the middle of an outage."""
    for number, hours in enumerate(jumps):
        world = testbed.home()

        def run(step: str, number: int = number, world: World = world) -> None:
            testbed.track(world, f"{number} {step}", f"principal-{number}")
            testbed.settle()

        testbed.receiver.posthog = DOWN
        run("attempted")
        run("during the backoff")
        testbed.advance_clock(hours)
        run("after the jump")
        if is_corrected:
            testbed.advance_clock(-hours)
            run("corrected")
        waiting = {
            record["event"]["uuid"]: _parse_time(record["event"]["timestamp"]) for record in world.waiting
        }
        testbed.receiver.posthog = WELL
        testbed.advance_clock(LONGEST_BACKOFF_HOURS)
        run("within the hour")
        assert not world.waiting, f"{hours:+} h: an event still waits"
        assert not world.losses, f"{hours:+} h: {world.losses}"
        assert waiting, "no event waited"
        assert waiting.items() <= _sent(testbed).items(), f"{hours:+} h: a timestamp changed"
    return testbed.judge(len(jumps), check_time_limits(testbed))


def _sent(testbed: Testbed) -> dict[str, datetime]:
    """Timestamp of each event by uuid, as it was sent last."""
    return {
        event["uuid"]: _parse_time(event["timestamp"])
        for batch in testbed.receiver.batches()
        for event in batch["batch"]
    }


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 does not parse a Z
