"""A tool as a fork of its own, with the commands mounted, and its configuration as a test wants it."""

import os
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from tests.e2e.cli.running import Ran
from tests.e2e.world import TOKEN, World

_SCRIPT = """
import sys
{before}
import arcade_usage
tool = arcade_usage.Tool(**{configuration})
if sys.argv[1] == "usage":
    sys.exit(tool.usage_main(sys.argv[2:]))
with tool.command(sys.argv[1]):
    print("done")
"""


Steps = tuple[int, dict[str, tuple[str, str]]]  # the exit code, and the result and the text of each step


def configure(world: World, configuration: Mapping[str, object]) -> dict[str, object]:
    """The arguments of a right tool, some of them replaced."""
    right = {
        "distribution": "arcade-usage",
        "project_token": TOKEN,
        "host": world.posthog_url or world.receiver.url,
        "config_dir": os.fspath(world.folder),
    }
    return {**right, **configuration}


def steps_of(ran: Ran) -> Steps:
    """What `doctor --json` found."""
    steps: list[dict[str, Any]] = ran.content["steps"]
    return ran.code, {step["step"]: (step["result"], step["text"]) for step in steps}


@frozen
class RealTool:
    """One tool in a world. `configuration`: what differs from a right one."""

    world: World
    configuration: Mapping[str, object]
    before: str = ""

    def script(self) -> str:
        return _SCRIPT.format(before=self.before, configuration=configure(self.world, self.configuration))

    def __call__(self, *arguments: str, **variables: str) -> Ran:
        """Run it to its end, without a terminal."""
        assert self.world.forks is not None
        command = ["-c", self.script(), *arguments]
        done = self.world.forks.run(command, environment={**os.environ, **variables})
        return Ran(done.returncode, done.stdout, done.stderr)

    def doctor(self, *arguments: str, **variables: str) -> Steps:
        return steps_of(self("usage", "doctor", "--json", *(arguments or ("--yes",)), **variables))


def tool(world: World, **configuration: object) -> RealTool:
    """A tool; `configuration` replaces values of a right one."""
    return RealTool(world, configuration)
