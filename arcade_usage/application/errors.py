"""The errors that ports raise. Adapters translate the exceptions of vendors and of the system into these."""


class UsageTrackingError(Exception):
    """Base class of this library's errors."""


class StoreError(UsageTrackingError):
    """The config folder can't be read or written."""


class StoreBusyError(StoreError):
    """Another process held the lock until the wait ended."""


class NewerFormatError(StoreError):
    """A newer version of the library wrote a file, which is left alone; the text names it and the cure."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: written by a newer version of arcade-usage; update this tool")


def explain(error: UsageTrackingError) -> str:
    """The error's text and its cause, for people to read. A system's error is named without its number.

    A name without a folder is left out: it is that of a temporary file.
    """
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.strerror:
        path = str(cause.filename or "")
        has_folder = "/" in path or "\\" in path
        return f"{error} ({cause.strerror}{f': {path}' if has_folder else ''})"
    return f"{error} ({cause})" if cause is not None else str(error)


class UnwantedError(UsageTrackingError):
    """Tracking was turned off, or the identity erased, before an event was in the queue."""


class AdaptersError(UsageTrackingError):
    """The tool's factory can't make its adapters; the text names the factory and the reason."""


class LaunchError(UsageTrackingError):
    """No process could be started."""


class InvalidPayloadError(UsageTrackingError):
    """A payload is not an event of this library."""


class NotAcceptedError(UsageTrackingError):
    """The analytics service did not confirm a request in time.

    retry_after: seconds that the service asked to wait before the next request; 0 if it did not.
    """

    def __init__(self, message: str = "", retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnreachableError(NotAcceptedError):
    """The analytics service gave no answer of its own; the text names the cause and what to check."""


class UnsupportedSdkError(NotAcceptedError):
    """PostHog's SDK is missing, or of an unsupported version; the text names both versions."""


class RefusedError(NotAcceptedError):
    """The analytics service refused a request because of its content; a retry would be refused too."""


class PartlyAcceptedError(NotAcceptedError):
    """The analytics service answered for each event of a batch, and did not accept all.

    accepted, refused: uuids of events; a retry of the refused ones would be refused too. The rest may be sent
    again.
    """

    def __init__(
        self, message: str, accepted: frozenset[str], refused: frozenset[str], retry_after: float = 0.0
    ) -> None:
        super().__init__(message, retry_after)
        self.accepted, self.refused = accepted, refused
