"""The result of one attempt to send. Imports only the standard library: a server's threads use it."""

from enum import Enum


class Attempt(Enum):
    """The result of one attempt to send what waits."""

    MORE = "events were added and not tried yet"
    DONE = "no event waits"
    SOON = "the next attempt is due within seconds"
    LATER = "the waiting events are not due, or could not be sent"
    ELSEWHERE = "another process is the sender"
