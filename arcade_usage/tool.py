"""`Tool`: the configuration of one tool, and the objects that are built from it.

Runs inside the tool: imports only what the command path allows. Each method imports what it needs.
"""

from arcade_usage.composition.command import ToolConfig, build

TYPE_CHECKING = False  # not typing's: importing typing takes longer than building a tracker
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import TypeVar

    import click
    import typer

    from arcade_usage.application.command.tracking import Properties, TrackedCommand, Tracker
    from arcade_usage.application.server.tracker import ServerTracker

    App = TypeVar("App")


class Tool(ToolConfig):
    """One command-line tool or server, and the PostHog project that receives its usage events.

    Args:
        distribution: name of the installed package; its version is reported.
        project_token: token of the PostHog project, public by design (`phc_...`). None: nothing is sent.
        host: URL of PostHog, without a path; by default its US cloud.
        version: the tool's version, reported in place of the distribution's; for programs whose installed
            package can't be found, such as frozen ones.
        config_dir: absolute path of the config folder; by default $ARCADE_WORK_DIR, else ~/.arcade.
        credentials: absolute path of the file that every login and logout changes; by default
            credentials.yaml in the config folder. A command makes one stat() of it and does not read it.
        context: function that returns the name of the context of credentials.yaml that a command used, None
            for the active one; by default $ARCADE_CONTEXT. It is called when the command is reported, in its
            thread. If it raises, the event is attributed to no account. Servers do not call it.
        notice: text shown once, on stderr, before anything is reported. None: the tool informs its users
            itself.
        properties: declarations of the properties that the tool adds to its events. Declared ids and choices
            are sent as they are; texts, and undeclared ids and choices, are redacted.
        safe_errors: exception classes of your own, whose texts are sent as they are, 300 characters at most.
        private_errors: exception classes whose texts are never sent. They prevail. Subclasses are included in
            both.
        adapters: "package.module:function", a factory that gets the default `Adapters` and returns the ones
            to use. The delivery process, a server's worker thread and the mounted commands import it; your
            commands do not.
        consent: "notice" shows the notice once. "ask" asks with its text, once, after a command on a
            terminal; nothing is reported unless the user agrees. A new version of the notice is asked again.
        erasure_url: where a user's erasure request goes: an https:// URL to which `forget` posts the ids as
            JSON, if the user agrees, or "mailto:..." that it shows.

        daily_limit: how many events of commands an installation sends in one UTC day, 1 to 1,000,000. Beyond
            it, successes are counted, and the counts are sent the next day in one event. Failures, logins and
            logouts are always sent, and so are a server's events. None: no limit.

    The constructor touches no file. A wrong argument turns tracking off: the reason and what to change are in
    `status` and `doctor`, on the logger `arcade_usage`, and with ARCADE_USAGE_DEBUG=1 on stderr. With
    ARCADE_USAGE_STRICT=1 and in the test kit, a wrong argument raises ConfigurationError instead.
    """

    _tracker: "Tracker | None" = None

    def command_tracker(self) -> "Tracker":
        """Return the tracker of this tool's commands; each call returns the same one.

        Does not block. The first call reads the switch and two small files, and makes one stat().
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
        properties: "Properties" = None,
    ) -> "App":
        """Report every command of a Typer app, Click group or Click command; returns the app.

        Raises TypeError for anything else. Same as `arcade_usage.track` with this tool's tracker.
        """
        from arcade_usage.adapters.frameworks.typer_app import track

        return track(app, self.command_tracker(), login=login, logout=logout, properties=properties)

    def command(
        self,
        command_name: str,
        *,
        is_login: bool = False,
        is_logout: bool = False,
        properties: "Properties" = None,
    ) -> "TrackedCommand":
        """Report one command: use it with `with`, `async with`, or as a decorator.

        The command's own exceptions propagate. Blocks at the command's end, as long as
        Tracker.track_command_execution.
        """
        tracker = self.command_tracker()
        return tracker.command(command_name, is_login=is_login, is_logout=is_logout, properties=properties)

    def server(self) -> "ServerTracker":
        """Make a tracker for a server or another long-lived program.

        Does not block. Reads the switch and two small files, and makes one stat().
        """
        from arcade_usage.composition.server import build as build_server

        return build_server(self)

    def track_mcp(self, app: "App", *, tool_names: bool = False, analytics: bool = False) -> "App":
        """Report the start and the tool calls of an MCP server; returns the server.

        Args:
            app: an `MCPApp` of arcade-mcp-server, or a `FastMCP`, `MCPServer` or low-level `Server` of the
                official SDK. Raises TypeError for anything else.
            tool_names: report which tools are called. Arguments and results are never reported.
            analytics: also send `$mcp_tool_call`, with the tool's name, for PostHog's MCP dashboards.

        Call it once, before the server runs. A call never blocks; the server's end blocks 2 s at most.
        """
        from arcade_usage.adapters.frameworks.mcp_server import track_mcp

        return track_mcp(app, self.server(), tool_names=tool_names, analytics=analytics)

    def usage_app(self) -> "typer.Typer":
        """Make a Typer app of the commands `status`, `off`, `on`, `show` ... Needs the extra `cli`."""
        from arcade_usage.cli.mounting import make_usage_app

        return make_usage_app(self)

    def usage_command(self) -> "click.Command":
        """Make a Click command of the same commands: `group.add_command(tool.usage_command(), "usage")`."""
        from arcade_usage.cli.mounting import make_usage_command

        return make_usage_command(self)

    def usage_main(self, arguments: "Sequence[str]") -> int:
        """Run one of the same commands with these arguments; returns the exit code."""
        from arcade_usage.cli.mounting import run_usage_command

        return run_usage_command(self, arguments)
