"""What can go wrong behind a port, in the application's words.

    UsageTrackingError
    ├── StoreError              the config folder can't be read or written
    │   └── StoreBusyError      another process holds its lock
    ├── AdaptersError           a tool's own factory can't make its adapters
    ├── LaunchError             no process could be started
    ├── InvalidPayloadError     what was handed over is not an event
    └── NotAcceptedError        the analytics service did not say that it took something
        ├── RefusedError        it said that it never will (400, 413)
        └── UnsupportedSdkError  it can't be told anything with the SDK that is installed

Adapters translate the exceptions of vendors and of the system into these, with `raise … from`.
"""


class UsageTrackingError(Exception):
    """Any of the below."""


class StoreError(UsageTrackingError):
    """The config folder can't be read or written."""


class StoreBusyError(StoreError):
    """Another process held the lock for all of the wait."""


def explain(error: UsageTrackingError) -> str:
    """What can't be done, and why, for people to read."""
    return f"{error} ({error.__cause__})" if error.__cause__ is not None else str(error)


class UnwantedError(UsageTrackingError):
    """Tracking was turned off, or the identity erased, while an event was being written down."""


class AdaptersError(UsageTrackingError):
    """The factory that a tool names can't make its adapters; the text names it and says why."""


class LaunchError(UsageTrackingError):
    """No process could be started."""


class InvalidPayloadError(UsageTrackingError):
    """What a process was handed is not an event of this library."""


class NotAcceptedError(UsageTrackingError):
    """The analytics service did not answer in time, or not that it took what was sent."""


class UnsupportedSdkError(NotAcceptedError):
    """PostHog's SDK is missing, or another version is installed; the text says which, and which is needed."""


class RefusedError(NotAcceptedError):
    """The analytics service refused what was sent for what it is; sent again, it would refuse it again."""
