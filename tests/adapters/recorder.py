"""A tracker with ports in memory, and the payloads of its deliveries."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import define, field

from arcade_usage.application.command.payload import describe_tool
from arcade_usage.application.command.tracker import CommandTracker
from arcade_usage.testing.in_memory import (
    ManualClock,
    MemoryLauncher,
    MemorySnapshots,
    MemorySwitch,
    MemoryWriter,
)

TOOL = describe_tool(
    project={"host": "https://localhost", "project_token": "phc_x"}, config_dir="/config", distribution="tool"
)


@define
class Recorder:
    """Records commands. `tracker` is the real CommandTracker; `writer` records the logouts."""

    launcher: MemoryLauncher = field(factory=MemoryLauncher)
    snapshots: MemorySnapshots = field(factory=MemorySnapshots)
    writer: MemoryWriter = field(factory=MemoryWriter)
    tracker: CommandTracker = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tracker = CommandTracker(
            TOOL,
            opt_out=MemorySwitch(),
            snapshots=self.snapshots,
            launcher=self.launcher,
            writer=self.writer,
            clock=ManualClock(),
        )

    @property
    def commands(self) -> list[dict[str, Any]]:
        return [json.loads(payload)["command"] for payload in self.launcher.payloads]

    @property
    def events(self) -> list[tuple[str, str]]:
        """Name and outcome of each event, in order."""
        return [(command["name"], command["outcome"]) for command in self.commands]

    @property
    def logins(self) -> list[str]:
        """Names of the events whose deliveries were waited for: successful logins."""
        waited_for = self.launcher.waited_for
        return [json.loads(payload)["command"]["name"] for payload in waited_for]

    def snapshot_is(self, usage: str) -> None:
        """Set the text of usage.json in later snapshots."""
        snapshot: Mapping[str, object] = {"usage": usage, "ledger": None, "stamp": None}
        self.snapshots.snapshot = snapshot
