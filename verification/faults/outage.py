"""What people do while a service can't be reached, and what has to have become of it once it can be again.

Each home is somebody else's. They go through it side by side, since most of the time is waiting.
"""

from collections.abc import Callable

from tests.e2e.world import World
from verification.faults.bounds import check_bounds
from verification.faults.figures import Figures
from verification.faults.lab import NOBODY, Lab

PAUSE_HOURS = 2.0  # longer than anything is put off

STAYS_ANONYMOUS, LOGS_IN, LOGS_IN_AND_OUT = range(3)


def ride_out(
    lab: Lab,
    homes: int,
    begin: Callable[[], object],
    end: Callable[[], object],
    *,
    posthog_url: str | None = None,
    cloud_url: str | None = None,
    cloud_answers: bool = True,
) -> Figures:
    """Of three homes, one's user stays anonymous, one's logs in, one's logs in and out and hands it on.

    `begin` and `end`: the outage. `posthog_url`, `cloud_url`: where the services are all the time, if not at
    the receiver. `cloud_answers`: during the outage.
    """
    people = [_Person(lab, number, posthog_url, cloud_url) for number in range(homes)]
    lab.together(each.before for each in people)
    lab.settle()
    begin()
    lab.together(each.meanwhile for each in people)
    told = check_bounds(lab)
    end()
    lab.let_hours_pass(PAUSE_HOURS)
    lab.together(each.after for each in people)
    told = check_bounds(lab) or told
    persons = lab.persons()
    for each in people:
        each.check(persons, cloud_answers=cloud_answers)
    return lab.judge(homes, told)


class _Person:
    """Somebody in a home of their own, and who comes after them."""

    def __init__(self, lab: Lab, number: int, posthog_url: str | None, cloud_url: str | None) -> None:
        self._lab = lab
        self._kind = number % 3
        self._number = number
        self._who, self._next = f"principal-{number}", f"principal-after-{number}"
        self.world: World = lab.home()
        self.world.posthog_url, self.world.cloud_url = posthog_url, cloud_url

    def before(self) -> None:
        self._track("before")

    def meanwhile(self) -> None:
        if self._kind == STAYS_ANONYMOUS:
            self._track("first")
        else:
            self._lab.log_in(self.world, self._name("login"), self._who)
        if self._kind == LOGS_IN_AND_OUT:
            self._lab.log_out(self.world, self._name("logout"), self._who)
        else:
            self._track("second")

    def after(self) -> None:
        if self._kind == LOGS_IN_AND_OUT:
            self._lab.log_in(self.world, self._name("after"), self._next)
        else:
            self._track("after")

    def check(self, persons: dict[str, str], *, cloud_answers: bool) -> None:
        """Whoever can be told is: nobody's are the events of somebody whom nobody could name in time."""
        for name, person in persons.items():
            number, _, what = name.partition(" ")
            if number == str(self._number):
                assert person in self._rightly(what, cloud_answers=cloud_answers), f"{name}: {person}"

    def _rightly(self, what: str, *, cloud_answers: bool) -> set[str]:
        if self._kind == STAYS_ANONYMOUS:
            return {NOBODY}
        if self._kind == LOGS_IN:
            return {self._who}
        if what == "after":
            return {self._next}
        state = cloud_answers and what != "logout"  # an alias that was not accepted vouches for no logout
        return {self._who} if state else {self._who, NOBODY}

    def _track(self, what: str) -> None:
        owners = () if self._kind == STAYS_ANONYMOUS else (self._who,)
        self._lab.track(self.world, self._name(what), *owners)

    def _name(self, what: str) -> str:
        return f"{self._number} {what}"
