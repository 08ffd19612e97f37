"""`Tool`: what a tool's author states once, and everything that is built from it.

Imports only what the command path may import; each method imports what it needs.
"""

from arcade_usage.composition.command import ToolConfig, build

TYPE_CHECKING = False  # as type checkers know it: importing typing takes longer than building a tracker
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import TypeVar

    import click
    import typer

    from arcade_usage.application.command.tracking import TrackedCommand, Tracker
    from arcade_usage.application.server.tracker import ServerTracker

    App = TypeVar("App")


class Tool(ToolConfig):
    """One command-line tool or server, and the PostHog project that its usage is reported to.

    distribution: name under which the tool is installed; its version is reported.
    project_token: of the PostHog project, public by design (`phc_...`). None: nothing leaves the machine.
    host: URL of PostHog; by default its US cloud.
    config_dir: absolute path of the config folder; by default $ARCADE_WORK_DIR, else ~/.arcade.
    credentials: absolute path of the file that every login and logout changes; by default credentials.yaml in
        the config folder. The command path reads nothing of it but one stat().
    notice: shown once, on stderr, and nothing is reported before. None: the tool informs its users itself.
    adapters: "package.module:function", a factory that gets the default `Adapters` and returns others. The
        delivery process, a server's worker thread and the mounted commands import it; your commands never do.

    Making a Tool touches no file and never raises.
    """

    _tracker: "Tracker | None" = None

    def command_tracker(self) -> "Tracker":
        """The tracker of this tool's commands, the same one at each call. Never raises.

        Blocks: not; the first call reads the switch, then two small files and one stat.
        """
        if self._tracker is None:
            self._tracker = build(self)
        return self._tracker

    def track(
        self,
        app: "App",
        *,
        login: "str | Collection[str]" = "login",
        logout: "str | Collection[str]" = "logout",
        properties: "Mapping[str, object] | None" = None,
    ) -> "App":
        """Report every command of a Typer app, Click group or Click command; returns the app.

        As `arcade_usage.track`, with this tool's tracker.
        """
        from arcade_usage.adapters.frameworks.typer_app import track

        return track(app, self.command_tracker(), login=login, logout=logout, properties=properties)

    def command(
        self,
        command_name: str,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: "Mapping[str, object] | None" = None,
    ) -> "TrackedCommand":
        """Report one command: `with`, `async with`, or a decorator. Its exceptions pass untouched.

        Blocks: as Tracker.track_command_execution, when the command has ended.
        """
        tracker = self.command_tracker()
        return tracker.command(command_name, is_login=is_login, is_logout=is_logout, properties=properties)

    def server(self) -> "ServerTracker":
        """A tracker for a server or another long-lived program; each call makes one. Never raises.

        Blocks: not; reads the switch, then two small files and one stat.
        """
        from arcade_usage.composition.server import build as build_server

        return build_server(self)

    def usage_app(self) -> "typer.Typer":
        """The commands `status`, `off`, `on`, `show` ... as a Typer app to mount. Needs the extra `cli`."""
        from arcade_usage.cli import make_usage_app

        return make_usage_app(self)

    def usage_command(self) -> "click.Command":
        """The same commands as a Click command: `group.add_command(tool.usage_command(), "usage")`."""
        from arcade_usage.cli import make_usage_command

        return make_usage_command(self)

    def usage_main(self, arguments: "Sequence[str]") -> int:
        """Run one of the same commands, given its arguments; returns the exit code."""
        from arcade_usage.cli import run_usage_command

        return run_usage_command(self, arguments)
