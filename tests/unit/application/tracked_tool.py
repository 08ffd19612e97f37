"""A tool with a tracker on in-memory ports."""

import json
from typing import Any

from attrs import define, field

from arcade_usage.application.command.payload import describe_tool
from arcade_usage.application.command.tracker import CommandTracker
from arcade_usage.domain.declaration import Property
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


class BrokenError(Exception):
    """Nothing works."""


@define
class TrackedTool:
    """A tool with a tracker on in-memory ports."""

    switch: MemorySwitch = field(factory=MemorySwitch)
    snapshots: MemorySnapshots = field(factory=MemorySnapshots)
    launcher: MemoryLauncher = field(factory=MemoryLauncher)
    clock: ManualClock = field(factory=ManualClock)
    writer: MemoryWriter = field(factory=MemoryWriter)
    declared: tuple[Property, ...] = ()

    def make_tracker(self) -> CommandTracker:
        return CommandTracker(
            TOOL,
            opt_out=self.switch,
            snapshots=self.snapshots,
            launcher=self.launcher,
            writer=self.writer,
            clock=self.clock,
            properties=self.declared,
            safe_errors=(BrokenError,),
            private_errors=(PermissionError,),
        )

    @property
    def commands(self) -> list[dict[str, Any]]:
        return [json.loads(payload)["command"] for payload in self.launcher.payloads]
