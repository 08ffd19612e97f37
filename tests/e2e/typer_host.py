"""A Typer host as a script of its own, run with `track` in it and without."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import IO

from attrs import frozen

from tests.e2e.hosts import HOST_SECONDS, start_of_host
from tests.e2e.world import World

TRACKED = "TRACKED"  # a variable of the script: with it, the app is tracked

# One command each, in the group `toolkit`.
BODIES = {
    "returns": "print('out'); print('err', file=sys.stderr); return 7",
    "fails": "raise ValueError('no such toolkit')",
    "fails-in-turn": "\n    try: 1 / 0\n    except ZeroDivisionError as error: raise OSError('turn') from error",
    "exit": "raise typer.Exit",
    "exit-3": "raise typer.Exit(3)",
    "sys-exit": "sys.exit()",
    "sys-exit-0": "sys.exit(0)",
    "sys-exit-3": "sys.exit(3)",
    "sys-exit-text": "sys.exit('no such toolkit')",
    "abort": "raise typer.Abort",
    "ctrl-c": "print('out'); os.kill(os.getpid(), signal.SIGINT); time.sleep(60)",
    "end-of-input": "input()",
    "refuses": "raise typer.BadParameter('never')",
    "writes": "print('x' * 100_000, flush=True)",
    "warns": "import warnings; warnings.warn('old', DeprecationWarning)",
    "out-of-stack": "call = lambda: call(); call()",
    "login": "os.makedirs({folder!r}, exist_ok=True); open({folder!r} + '/credentials.yaml', 'w').close()",
}
COROUTINES = {
    "coroutine": "await asyncio.sleep(0); print('out')",
    "coroutine-fails": "await asyncio.sleep(0); raise ValueError('no such toolkit')",
    "coroutine-exit-3": "raise typer.Exit(3)",
    "coroutine-ctrl-c": "os.kill(os.getpid(), signal.SIGINT); await asyncio.sleep(60)",
}

_BEGIN = """
import asyncio, functools, os, signal, sys, time
import typer
from typer.core import TyperCommand, TyperGroup

def at_once(command):  # a host's own way to have coroutines for commands
    @functools.wraps(command)
    def run(*arguments, **options):
        return asyncio.run(command(*arguments, **options))
    return run

def show_version(value: bool):
    if value:
        typer.echo('1.0')
        raise typer.Exit

class Lazy(TyperGroup):  # loads its commands when they are asked for
    def list_commands(self, ctx):
        return ['loaded', 'broken']

    def get_command(self, ctx, name):
        if name == 'broken':
            raise ImportError('no such plugin')
        return TyperCommand('main', callback=lambda: print('out')) if name == 'loaded' else None

app, toolkit, plugins = typer.Typer(), typer.Typer(no_args_is_help=True), typer.Typer(cls=Lazy)
app.add_typer(toolkit, name='toolkit')
app.add_typer(plugins, name='plugins')

@plugins.callback()
def plugin(): pass

@app.callback()
def main(version: bool = typer.Option(False, '--version', callback=show_version, is_eager=True)): pass

def typed(port: int = 0): pass
toolkit.command('typed')(typed)
"""
RUN = "app()\n"
_ADDRESS = re.compile(rb"0x[0-9a-f]{6,}")  # of an object, in a traceback that shows local variables


def script(world: World, run: str = RUN) -> str:
    """The script's text. `run`: its last lines, which run the app."""
    commands = [
        f"def command(): {body}\ntoolkit.command({name!r})(command)\n" for name, body in BODIES.items()
    ]
    coroutines = [
        f"async def command(): {body}\ntoolkit.command({name!r})(at_once(command))\n"
        for name, body in COROUTINES.items()
    ]
    text = "".join((*commands, *coroutines)).replace("{folder!r}", repr(str(world.folder)))
    start = start_of_host(world) + "from arcade_usage.adapters.frameworks.typer_app import track\n"
    lines = [*start.splitlines(), "track(app, tracker, login='toolkit.login')"]
    function = "".join(("def start_tracking():\n", *(f"    {line}\n" for line in lines)))
    track = f"{function}if os.environ.get({TRACKED!r}): start_tracking()\n"
    return _BEGIN + text + track + run


@frozen
class Ended:
    """How a process ended."""

    exit_code: int
    stdout: bytes
    stderr: bytes


def run_both(
    world: World,
    arguments: Iterable[str],
    *,
    run: str = RUN,
    variables: Mapping[str, str] | None = None,
    stdout: "int | IO[bytes]" = subprocess.PIPE,
    before: Iterable[str] = (),
) -> tuple[Ended, Ended]:
    """Run the same script untracked and tracked, at the same time; returns how each ended.

    `before`: a command that runs the command which follows it.
    """
    path = world.scratch / "host"
    path.write_text(script(world, run), encoding="utf-8")
    environment = {**os.environ, **(variables or {})}
    processes = [
        subprocess.Popen(
            [*before, sys.executable, str(path), *arguments],
            env=each,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )
        for each in (environment, {**environment, TRACKED: "1"})
    ]
    untracked, tracked = (_wait(process) for process in processes)
    return untracked, tracked


def _wait(process: "subprocess.Popen[bytes]") -> Ended:
    out, err = process.communicate(timeout=HOST_SECONDS)
    return Ended(process.returncode, out or b"", _ADDRESS.sub(b"0x<address>", err))
