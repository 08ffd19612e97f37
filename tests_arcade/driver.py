"""The Arcade CLI as its console script runs it, today's or the migrated one, with PostHog on this machine.

With arguments, it runs this command line. Without, it reads requests from stdin: it imports once what the CLI
imports of other packages, which takes most of a command's time, and forks a process for each command line. This
process imports Arcade's packages itself, under its own environment, and ends as the console script does.
"""

import importlib
import json
import os
import signal
import sys

OTHERS = (
    *("aiohttp", "arcadepy.types", "authlib.integrations.httpx_client", "fastapi", "httpx"),
    *("joserfc.jwt", "opentelemetry.instrumentation.aiohttp_client", "pydantic_settings"),
    *("opentelemetry.instrumentation.fastapi", "opentelemetry.instrumentation.requests", "rich.console"),
    *("jinja2", "loguru", "opentelemetry.exporter.otlp.proto.http.trace_exporter", "opentelemetry.sdk.trace"),
    *("sse_starlette", "typer.rich_utils", "uvicorn", "watchfiles", "yaml"),
)


def serve() -> None:
    """Answer each request: the id of a process that was started, or the exit code of one that ended.

    Returns in the processes that run a command line.
    """
    for name in OTHERS:
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        if "ended" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["ended"], 0)[1])
        elif (answer := os.fork()) == 0:
            _become(**request)
            return
        print(answer, flush=True)  # noqa: T201
    sys.exit()


def _become(arguments: list[str], folder: str, environment: dict[str, str], out: str, seconds: int) -> None:
    signal.alarm(seconds)  # ends a command that hangs
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    sys.path[1:1] = filter(None, [environment["PYTHONPATH"]])
    for number, path in enumerate((os.devnull, f"{out}.stdout", f"{out}.stderr")):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, number)
        os.close(opened)


if not sys.argv[1:]:
    serve()

import arcade_cli.usage as usage  # noqa: E402
from arcade_cli import authn  # noqa: E402

if hasattr(usage, "tool"):  # the migrated CLI
    usage.tool.host = os.environ["POSTHOG_URL"]
else:
    from arcade_cli.usage.command_tracker import command_tracker

    command_tracker.usage_service.host = os.environ["POSTHOG_URL"]

authn.oauth_callback_server.__wrapped__.__defaults__ = (0,)  # any free port, for several logins at once

from arcade_cli.main import cli  # noqa: E402 - it builds the tracker

sys.argv[0] = "arcade"
sys.exit(cli())
