"""Commands, logins and logouts during an outage, and the attribution that they must have after it.

The homes run in parallel, since most of the time is waiting.
"""

from collections.abc import Callable

from tests.e2e.world import World
from verification.faults.figures import Figures
from verification.faults.testbed import NO_PERSON, Testbed
from verification.faults.time_limits import check_time_limits

BACKOFF_HOURS = 2.0  # longer than any backoff

STAYS_ANONYMOUS, LOGS_IN, LOGS_IN_AND_OUT = range(3)


def work_through_outage(
    testbed: Testbed,
    homes: int,
    begin: Callable[[], object],
    end: Callable[[], object],
    *,
    posthog_url: str | None = None,
    cloud_url: str | None = None,
    cloud_answers: bool = True,
) -> Figures:
    """Run commands before, during and after an outage, and check the person that each event is attributed to.

    Of three homes, one stays anonymous, one logs in, and one logs in and out before another person logs in.
    `begin` and `end` start and end the outage. `posthog_url`, `cloud_url`: the services, if not at the
    receiver. `cloud_answers`: whether Arcade Cloud answers during the outage.
    """
    people = [_Person(testbed, number, posthog_url, cloud_url) for number in range(homes)]
    testbed.run_in_parallel(each.before for each in people)
    testbed.settle()
    begin()
    testbed.run_in_parallel(each.during for each in people)
    longest = check_time_limits(testbed)
    end()
    testbed.advance_clock(BACKOFF_HOURS)
    testbed.run_in_parallel(each.after for each in people)
    longest = check_time_limits(testbed) or longest
    persons = testbed.persons()
    for each in people:
        each.check(persons, cloud_answers=cloud_answers)
    return testbed.judge(homes, longest)


class _Person:
    """The person of one home, and the next one after a logout."""

    def __init__(self, testbed: Testbed, number: int, posthog_url: str | None, cloud_url: str | None) -> None:
        self._testbed = testbed
        self._kind = number % 3
        self._number = number
        self._principal, self._next_principal = f"principal-{number}", f"principal-after-{number}"
        self.world: World = testbed.home()
        self.world.posthog_url, self.world.cloud_url = posthog_url, cloud_url

    def before(self) -> None:
        self._track("before")

    def during(self) -> None:
        if self._kind == STAYS_ANONYMOUS:
            self._track("first")
        else:
            self._testbed.log_in(self.world, self._name("login"), self._principal)
        if self._kind == LOGS_IN_AND_OUT:
            self._testbed.log_out(self.world, self._name("logout"), self._principal)
        else:
            self._track("second")

    def after(self) -> None:
        if self._kind == LOGS_IN_AND_OUT:
            self._testbed.log_in(self.world, self._name("after"), self._next_principal)
        else:
            self._track("after")

    def check(self, persons: dict[str, str], *, cloud_answers: bool) -> None:
        """Raises AssertionError if an event of this home is attributed to a person that `_allowed` does not name."""
        for name, person in persons.items():
            number, _, step = name.partition(" ")
            if number == str(self._number):
                assert person in self._allowed(step, cloud_answers=cloud_answers), f"{name}: {person}"

    def _allowed(self, step: str, *, cloud_answers: bool) -> set[str]:
        if self._kind == STAYS_ANONYMOUS:
            return {NO_PERSON}
        if self._kind == LOGS_IN:
            return {self._principal}
        if step == "after":
            return {self._next_principal}
        is_certain = cloud_answers and step != "logout"  # without an accepted alias, a logout has no person
        return {self._principal} if is_certain else {self._principal, NO_PERSON}

    def _track(self, step: str) -> None:
        owners = () if self._kind == STAYS_ANONYMOUS else (self._principal,)
        self._testbed.track(self.world, self._name(step), *owners)

    def _name(self, step: str) -> str:
        return f"{self._number} {step}"
