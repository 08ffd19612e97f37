"""Time limits that hold in every state of the network, and the check that they held.

SLACK_SECONDS allows for other work on the machine. It is shorter than any wait for the network, so that one is noticed.
The tests run on busy machines and do not check them; `make faults` does.
"""

from verification.faults.testbed import Testbed

LIFETIME_SECONDS = 10.0
LOGIN_SECONDS = 4.0
LOGOUT_SECONDS = 1.0
COMMAND_SECONDS = 0.0
FIRST_BACKOFF_SECONDS = 24.0  # the shortest backoff; each one is twice as long as the previous one
SLACK_SECONDS = 2.0


def check_time_limits(testbed: Testbed) -> str:
    """Waits for the deliveries. Returns the longest times as text; raises AssertionError if one exceeds its limit."""
    testbed.settle()
    for call, seconds, limit in (
        ("a command", max(testbed.waits_ms, default=0) / 1000, COMMAND_SECONDS),
        ("a login", max(testbed.login_waits_ms, default=0) / 1000, LOGIN_SECONDS),
        ("a logout", max(testbed.logout_waits_ms, default=0) / 1000, LOGOUT_SECONDS),
        ("a delivery", max(testbed.lifetimes, default=0.0), LIFETIME_SECONDS),
    ):
        assert not testbed.timed or seconds < limit + SLACK_SECONDS, f"{call} took {seconds:.1f} s"
    longest = [f"login at most {max(testbed.login_waits_ms):,.0f} ms"] if testbed.login_waits_ms else []
    longest += [f"logout at most {max(testbed.logout_waits_ms):,.0f} ms"] if testbed.logout_waits_ms else []
    return ", ".join([*longest, f"delivery at most {max(testbed.lifetimes, default=0.0):.1f} s"])


def attempts_limit(seconds: float) -> int:
    """The most attempts at one request that the backoff allows in `seconds`, if all of them fail."""
    attempts, until_next = 1, FIRST_BACKOFF_SECONDS
    while seconds >= until_next:
        attempts += 1
        seconds -= until_next
        until_next *= 2
    return attempts
