"""The steps from the switch to a delivered event that `doctor` checks, and their results."""

from enum import Enum

from attrs import frozen

TEST_EVENT = "arcade-usage test"  # the name of the event that `doctor` sends


class Check(str, Enum):
    """What a step checks; the values are printed as JSON."""

    SWITCH = "switch"
    CONFIGURATION = "configuration"
    VERSION = "version"
    FOLDER = "config_folder"
    NOTICE = "notice"
    PROCESS = "delivery_process"
    ACCOUNT = "account"
    POSTHOG = "posthog"
    EVENT = "test_event"
    LINK = "link"

    @property
    def text(self) -> str:
        """For people to read."""
        return "PostHog" if self is Check.POSTHOG else self.value.replace("_", " ")


class Result(str, Enum):
    """The result of a step."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@frozen
class Step:
    """A step that was checked. `text`: what was found, and after a failure what to do. `host`: PostHog's."""

    check: Check
    result: Result
    text: str
    host: str | None = None
