"""The result of one turn at sending. Imports only the standard library: a server's own threads use it."""

from enum import Enum


class Attempt(Enum):
    """How one turn at being the sender went."""

    MORE = "events came that were not tried yet"
    DONE = "nothing waits"
    SOON = "what waits may be tried again within seconds"
    LATER = "what waits is not due, or could not be sent"
    ELSEWHERE = "another process is the sender"
