"""The time limits of the library, in seconds; tests/application/test_time_limits.py adds them up.

Imports nothing: the command path may use it. Limits of data (retention, backoff) stand in the domain.
"""

# What the tool waits for.
LOGIN_SECONDS = 4.0  # promise: a login is answered within this time
LOGIN_WAIT_SECONDS = 3.8  # for the delivery process of a login; the rest is for starting it
LOGOUT_SECONDS = 1.0  # promise: a logout is answered within this time
LOGOUT_LOCK_SECONDS = 0.5  # for the identity lock; then the logout rotates without it
FORK_WAIT_SECONDS = 1.0  # that a fork waits for imports of the worker thread

# The delivery process.
PROCESS_SECONDS = 10.0  # promise: a delivery process ends within this time, by force if need be
PROCESS_RESERVE_SECONDS = 1.0  # of those, for starting and for cleaning up
TERM_SECONDS = 4.0  # after which a sender begins no further batch
IDENTITY_LOCK_SECONDS = 2.0
LOOK_UP_SECONDS = 2.0
ALIAS_SECONDS = 2.0
BATCH_SECONDS = 5.0

# For a sender at work.
LOGIN_PATIENCE_SECONDS = 3.0  # while a tool waits for its login
SENDER_PATIENCE_SECONDS = 11.0  # while a person waits: longer than a delivery process lives
UNTENDED_SECONDS = 10.0  # since a sender began, after which others keep the queue within its limits
STUCK_SENDER_SECONDS = 60.0  # after which a held sender lock is named in `status`

# A server.
LINGER_SECONDS = 0.5  # for more events to come, so that they go in batches
ROUND_SECONDS = 30.0  # until what waits is looked at again, where nothing new comes
SOON_SECONDS = 1.0  # the same, after a failure that may be short
CLOSE_SECONDS = 2.0  # promise: `close` returns within this time
EXIT_SECONDS = 2.0  # at the interpreter's exit, where nobody called `close`
