"""The result of one attempt to send. Imports only the standard library: a server's threads use it."""

from enum import Enum


class Attempt(Enum):
    """The result of one attempt to send what waits."""

    MORE = "more"  # events were added and not tried yet
    DONE = "done"  # no event waits
    SOON = "soon"  # the next attempt is due within seconds
    LATER = "later"  # the waiting events are not due, or could not be sent
    ELSEWHERE = "elsewhere"  # another process is the sender
