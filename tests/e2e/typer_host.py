"""A tool with Typer as a script of its own, run with `track` in it and without.

Typer is imported once: for each command line, the script forks and goes on in the child as if started with it.
On Linux, the delivery processes of the child have ended, too, when the script says how the child ended.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import frozen

from tests.e2e.hosts import SCRIPT_SECONDS
from tests.e2e.world import TOKEN, World

# Variables of the script. With TRACKED the app is tracked; with FORKING it runs what it reads from stdin.
TRACKED, FORKING, STANDALONE = "TRACKED", "FORKING", "STANDALONE"
_RECEIVER, _FOLDER = "RECEIVER_URL", "CONFIG_FOLDER"

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
    "login": f"folder = os.environ[{_FOLDER!r}]; os.makedirs(folder, exist_ok=True); open(folder + '/credentials.yaml', 'w').close()",
}
COROUTINES = {
    "coroutine": "await asyncio.sleep(0); print('out')",
    "coroutine-fails": "await asyncio.sleep(0); raise ValueError('no such toolkit')",
    "coroutine-exit-3": "raise typer.Exit(3)",
    "coroutine-ctrl-c": "os.kill(os.getpid(), signal.SIGINT); await asyncio.sleep(60)",
}

_BEGIN = """
import asyncio, functools, json, os, signal, sys, time
import typer
from typer.core import TyperCommand, TyperGroup

def at_once(command):  # a tool's own way to have coroutines for commands
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
_TRACK = f"""
def start_tracking():
    import arcade_usage
    from arcade_usage.adapters.frameworks.typer_app import track
    tracker = arcade_usage.command_tracker(distribution='arcade-usage', project_token={TOKEN!r},
        host=os.environ[{_RECEIVER!r}], config_dir=os.environ[{_FOLDER!r}])
    track(app, tracker, login='toolkit.login')
"""
_FORK = """
def import_all():  # Typer imports most of what it needs when a command runs
    import contextlib, io
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for line in ('--help', 'toolkit typed', 'toolkit typed --nope', 'toolkit coroutine', 'toolkit fails'):
            try: app(line.split())
            except SystemExit: pass
            except ValueError: sys.excepthook(*sys.exc_info())

def adopt():  # on Linux, what a child leaves behind becomes this process's own child
    import ctypes
    if sys.platform == 'linux': ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER

def fork_for_each():  # returns in a child, which has the command line, environment and streams that were asked for
    import gc
    adopt()
    import_all()
    gc.collect()
    gc.freeze()
    while line := sys.stdin.readline():
        arguments, variables, *files = json.loads(line)
        child = os.fork()
        if not child:
            for stream, path in enumerate((os.devnull, *files)):
                opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
                os.dup2(opened, stream)
                os.close(opened)
            sys.argv[1:] = arguments
            os.environ.update(variables)
            return
        exit_code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        try:
            while True: os.wait()
        except ChildProcessError: pass
        print(exit_code, flush=True)
    sys.exit()
"""
_RUN = f"""
if os.environ.pop({FORKING!r}, None): fork_for_each()
if os.environ.get({TRACKED!r}): start_tracking()
if os.environ.get({STANDALONE!r}) == 'False': print('result:', app(standalone_mode=False))
else: app()
"""
_ADDRESS = re.compile(rb"0x[0-9a-f]{6,}")  # of an object, in a traceback that shows local variables


def _script() -> str:
    commands = [
        f"def command(): {body}\ntoolkit.command({name!r})(command)\n" for name, body in BODIES.items()
    ]
    coroutines = [
        f"async def command(): {body}\ntoolkit.command({name!r})(at_once(command))\n"
        for name, body in COROUTINES.items()
    ]
    return "".join((_BEGIN, *commands, *coroutines, _TRACK, _FORK, _RUN))


@frozen
class Ended:
    """How a process ended."""

    exit_code: int
    stdout: bytes
    stderr: bytes


@frozen
class TyperTool:
    """The script, waiting for command lines. `path`: where it lies; `process` runs it."""

    path: Path
    process: "subprocess.Popen[str]"

    def run_both(
        self, world: World, arguments: Iterable[str], variables: Mapping[str, str] | None = None
    ) -> tuple[Ended, Ended]:
        """Run a command line untracked and tracked, in a fork each; returns how each ended."""
        untracked, tracked = (
            self._run(list(arguments), each, world.scratch) for each in _environments(world, variables or {})
        )
        return untracked, tracked

    def start_both(
        self,
        world: World,
        arguments: Iterable[str],
        *,
        stdout: "int | IO[bytes]" = subprocess.PIPE,
        before: Iterable[str] = (),
    ) -> tuple[Ended, Ended]:
        """As `run_both`, in an interpreter each. `before`: a command that runs the command which follows it."""
        processes = [
            subprocess.Popen(
                [*before, sys.executable, str(self.path), *arguments],
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.PIPE,
            )
            for variables in _environments(world, {})
        ]
        untracked, tracked = (_wait(process) for process in processes)
        return untracked, tracked

    def _run(self, arguments: list[str], variables: Mapping[str, str], folder: Path) -> Ended:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        out, err = (folder / f"{name}-{TRACKED in variables}" for name in ("stdout", "stderr"))
        asked = json.dumps([arguments, variables, str(out), str(err)])
        self.process.stdin.write(f"{asked}\n")
        self.process.stdin.flush()
        exit_code = int(self.process.stdout.readline())
        return Ended(exit_code, out.read_bytes(), _without_addresses(err.read_bytes()))


@contextmanager
def typer_host(folder: Path) -> Iterator[TyperTool]:
    """The script in `folder`, running in the environment of now."""
    path = folder / "host"
    path.write_text(_script(), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(path)],
        env={**os.environ, FORKING: "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield TyperTool(path, process)


def _environments(world: World, variables: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    untracked = {
        **{name: os.environ[name] for name in ("HOME", "USERPROFILE")},
        _RECEIVER: world.receiver.url,
        _FOLDER: str(world.folder),
        **variables,
    }
    yield untracked
    yield {**untracked, TRACKED: "1"}


def _wait(process: "subprocess.Popen[bytes]") -> Ended:
    out, err = process.communicate(timeout=SCRIPT_SECONDS)
    return Ended(process.returncode, out or b"", _without_addresses(err))


def _without_addresses(text: bytes) -> bytes:
    return _ADDRESS.sub(b"0x<address>", text)
