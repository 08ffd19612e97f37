"""The time limits keep the promises that are made of them."""

from arcade_usage.application import time_limits as limits
from arcade_usage.domain.backoff import EARLY_SECONDS, SHORTEST_SECONDS


def test_a_login_is_answered_in_time() -> None:
    """The wait ends in time, with some left for starting a process; the process gives up its own wait first."""
    assert limits.LOGIN_SECONDS == 4.0
    assert limits.LOGIN_WAIT_SECONDS <= limits.LOGIN_SECONDS - 0.2
    assert limits.LOGIN_PATIENCE_SECONDS < limits.LOGIN_WAIT_SECONDS


def test_a_login_is_settled_while_the_tool_waits() -> None:
    """Each of its network steps fits into the wait."""
    assert max(limits.LOOK_UP_SECONDS, limits.ALIAS_SECONDS) < limits.LOGIN_WAIT_SECONDS


def test_a_logout_is_answered_in_time() -> None:
    """Half of the time is for the lock, the rest for the files."""
    assert limits.LOGOUT_LOCK_SECONDS <= limits.LOGOUT_SECONDS / 2


def test_a_batch_that_begins_within_the_term_ends_before_the_process() -> None:
    """The last batch begins at the end of the term; the process starts and cleans up besides."""
    assert limits.PROCESS_SECONDS == 10.0
    last_batch_ends = limits.TERM_SECONDS + limits.BATCH_SECONDS
    assert last_batch_ends + limits.PROCESS_RESERVE_SECONDS <= limits.PROCESS_SECONDS
    assert limits.COLLECTOR_SECONDS < limits.BATCH_SECONDS  # it takes what PostHog leaves of a batch's time


def test_a_sender_that_takes_events_ends_before_the_process() -> None:
    """It withdraws its announcement early enough for its last look to be within the term of a batch."""
    assert limits.STAY_SECONDS + limits.LOOK_SECONDS < limits.TERM_SECONDS
    assert limits.QUIET_SECONDS < limits.STAY_SECONDS


def test_an_announcement_counts_no_longer_than_its_process_begins_batches() -> None:
    """Later, an event that is left to it might wait for the next process."""
    assert limits.ANNOUNCED_SECONDS <= limits.TERM_SECONDS
    assert limits.ANNOUNCED_SECONDS >= limits.STAY_SECONDS


def test_an_undecided_event_is_decided_before_the_process_ends() -> None:
    """The identity lock twice, the look-up and the alias between: even so there is time to start and clean up."""
    steps = 2 * limits.IDENTITY_LOCK_SECONDS + limits.LOOK_UP_SECONDS + limits.ALIAS_SECONDS
    assert steps + limits.PROCESS_RESERVE_SECONDS <= limits.PROCESS_SECONDS


def test_who_waits_for_a_sender_outlasts_a_delivery_process() -> None:
    """`off`, `forget` and `flush` get the lock from every sender that is a delivery process."""
    assert limits.SENDER_PATIENCE_SECONDS >= limits.PROCESS_SECONDS + 1.0
    assert limits.STUCK_SENDER_SECONDS > limits.SENDER_PATIENCE_SECONDS


def test_a_sender_that_began_long_ago_has_ended() -> None:
    """When others keep the limits of a queue, the delivery process that was its sender is over."""
    assert limits.UNTENDED_SECONDS >= limits.PROCESS_SECONDS


def test_a_server_closes_in_time() -> None:
    """Half of the time is for the round that goes on, half for writing down the rest."""
    assert limits.CLOSE_SECONDS == limits.EXIT_SECONDS == 2.0
    assert limits.LINGER_SECONDS < limits.CLOSE_SECONDS / 2


def test_a_server_writes_an_event_before_it_is_due_to_be_sent() -> None:
    """A kill loses events of the shorter time."""
    assert limits.GATHER_SECONDS <= limits.LINGER_SECONDS / 10


def test_a_server_looks_again_when_it_may_try_again() -> None:
    """It wakes up for each early attempt, and for the end of the first pause."""
    assert min(EARLY_SECONDS) >= limits.SOON_SECONDS
    assert limits.ROUND_SECONDS <= SHORTEST_SECONDS
