"""The bounds that hold whatever the network does, and what was measured of them.

Owns the numbers. The tests, which run on busy machines, check none of them: `make faults` does.
"""

from verification.faults.lab import Lab

LIFETIME_SECONDS = 10.0
LOGIN_SECONDS = 4.0
LOGOUT_SECONDS = 1.0
COMMAND_SECONDS = 0.0
FIRST_PAUSE_SECONDS = 24.0  # the shortest that there is; each is twice as long as the one before it
SLACK_SECONDS = 2.0  # less than any deadline of the network's is


def check_bounds(lab: Lab) -> str:
    """What took longest, in words. Waits for the deliveries; raises AssertionError if one overstayed."""
    lab.settle()
    for what, seconds, bound in (
        ("a command", max(lab.waits_ms, default=0) / 1000, COMMAND_SECONDS),
        ("a login", max(lab.login_waits_ms, default=0) / 1000, LOGIN_SECONDS),
        ("a logout", max(lab.logout_waits_ms, default=0) / 1000, LOGOUT_SECONDS),
        ("a delivery", max(lab.lifetimes), LIFETIME_SECONDS),
    ):
        assert not lab.timed or seconds < bound + SLACK_SECONDS, f"{what} took {seconds:.1f} s"
    told = [f"login at most {max(lab.login_waits_ms):,.0f} ms"] if lab.login_waits_ms else []
    told += [f"logout {max(lab.logout_waits_ms):,.0f} ms"] if lab.logout_waits_ms else []
    return ", ".join([*told, f"delivery {max(lab.lifetimes):.1f} s"])


def most_attempts(seconds: float) -> int:
    """How many attempts at one thing there may be in that time, all of them failing."""
    attempts, until_next = 1, FIRST_PAUSE_SECONDS
    while seconds >= until_next:
        attempts += 1
        seconds -= until_next
        until_next *= 2
    return attempts
