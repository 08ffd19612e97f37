"""The time limits of the library, in seconds; tests/unit/application/test_time_limits.py adds them up.

Imports nothing: the command path uses it. The limits of retention and backoff are in the domain.
"""

# Waits inside the tool.
LOGIN_SECONDS = 4.0  # promise: reporting a login blocks the tool no longer
LOGIN_WAIT_SECONDS = 3.8  # for the delivery process of a login; the rest is for starting it
LOGOUT_SECONDS = 1.0  # promise: reporting a logout blocks the tool no longer
LOGOUT_LOCK_SECONDS = 0.5  # for the identity lock; then the logout rotates without it
ANSWER_SECONDS = 60.0  # a person at a terminal, for the one question of a tool that asks
FORK_WAIT_SECONDS = 1.0  # a fork waits for imports of the worker thread

# The delivery process.
PROCESS_SECONDS = 10.0  # promise: a delivery process ends within this time; a timer enforces it
PROCESS_RESERVE_SECONDS = 1.0  # part of PROCESS_SECONDS, for starting and for cleaning up
TERM_SECONDS = 4.0  # then a sender starts no further batch
IDENTITY_LOCK_SECONDS = 2.0
LOOK_UP_SECONDS = 2.0
ALIAS_SECONDS = 2.0
BATCH_SECONDS = 5.0
COLLECTOR_SECONDS = 1.0  # for the user's own collector, in what PostHog left of BATCH_SECONDS
COLLECTOR_PAUSE_SECONDS = 30.0  # after a failure, a process leaves the collector alone

# A delivery process that takes the events of others.
ANNOUNCED_SECONDS = 4.0  # an announcement counts for this time: as long as a sender begins batches
QUIET_SECONDS = 2.0  # a sender that was handed events stays this long after the last one
STAY_SECONDS = 3.5  # since its start, at most; the rest of TERM_SECONDS is for its last look
LOOK_SECONDS = 0.2  # between two looks; events that come meanwhile are sent in one batch

# Waits for another process that holds the sender lock.
LOGIN_PATIENCE_SECONDS = 3.0  # while a tool waits for its login
LOCAL_PATIENCE_SECONDS = 4.0  # while an event is recorded on this machine
SENDER_PATIENCE_SECONDS = 11.0  # while a person waits: longer than a delivery process lives
UNTENDED_SECONDS = 10.0  # since a sender started; then other processes enforce the queue's limits
ERASURE_SECONDS = 5.0  # for an erasure request to the tool's author
STUCK_SENDER_SECONDS = 60.0  # then `status` reports a held sender lock

# A server.
GATHER_SECONDS = 0.05  # wait for more events, to write them in one batch; a kill loses them
LINGER_SECONDS = 0.5  # write events so long, to send them in one batch
ROUND_SECONDS = 30.0  # until the worker checks the queue again without a new event
SOON_SECONDS = 1.0  # the same, after a failure that may be short
CLOSE_SECONDS = 2.0  # promise: `close` returns within this time
EXIT_SECONDS = 2.0  # at the interpreter's exit without `close`
