"""A tracker with ports in memory, and the payloads of its deliveries."""

import json

from attrs import define, field

from arcade_usage.application.command.tracker import CommandTracker
from tests.unit.application.tracked_tool import TrackedTool


@define
class Recorder(TrackedTool):
    """Records commands. `tracker` is the real CommandTracker; `writer` records the logouts."""

    tracker: CommandTracker = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tracker = self.make_tracker()

    @property
    def events(self) -> list[tuple[str, str]]:
        """Name and outcome of each event, in order."""
        return [(command["name"], command["outcome"]) for command in self.commands]

    @property
    def logins(self) -> list[str]:
        """Names of the events whose deliveries were waited for: successful logins."""
        return [json.loads(payload)["command"]["name"] for payload in self.launcher.waited_for]

    def snapshot_is(self, usage: str) -> None:
        """Set the text of usage.json in later snapshots."""
        self.snapshots.snapshot = {"usage": usage, "ledger": None, "stamp": None}
