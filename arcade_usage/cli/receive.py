"""`receive`: shows the events that a tool sends, on a PostHog of this machine."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from enum import Enum
from typing import Annotated, Any

import typer

from arcade_usage.cli import words
from arcade_usage.cli.options import AsJson
from arcade_usage.cli.screen import give_up, print_text
from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS
from arcade_usage.domain.status import shorten

DEFAULT_PORT = 8421
LOCAL_TOKEN = "phc_local"  # noqa: S105 - any token is accepted here
SLOW_LIMIT = 60.0  # seconds
_DURATION_LIMIT = 1e15  # ms; no command takes so long, and a larger integer is no float
_WAIT_SECONDS = 0.5  # between two looks for Ctrl+C, which does not end a wait on Windows


class Fault(str, Enum):
    """What PostHog answers instead of accepting events."""

    CANNOT_READ = "400"
    TOKEN = "401"  # noqa: S105 - no password
    TOO_LARGE = "413"
    TOO_MANY = "429"
    UNAVAILABLE = "503"


Port = Annotated[
    int,
    typer.Option(
        "--port", min=0, max=65535, metavar="PORT", help="The port on this machine; 0 takes a free one."
    ),
]
Fail = Annotated[
    Fault | None,
    typer.Option(
        "--fail",
        metavar="STATUS",
        help="Accept no event, and answer with this HTTP status: 400, 401, 413, 429 or 503.",
        show_default=False,
    ),
]
Slow = Annotated[
    float,
    typer.Option(
        "--slow", min=0.0, max=SLOW_LIMIT, metavar="SECONDS", help="Wait so long before each answer."
    ),
]


def receive(port: Port = DEFAULT_PORT, fail: Fail = None, slow: Slow = 0.0, as_json: AsJson = False) -> None:
    """Show each event that a tool sends, in one line, on a stand-in for PostHog on this machine.

    Start it, give your tool the host and the token that it prints, and run a command of your tool. It accepts
    connections from this machine only, and ends with Ctrl+C.

    Exits with 0, or with 1 if the port is in use.
    """
    from arcade_usage.demo.environment import ending_tidily
    from arcade_usage.demo.receiver import Behaviour, Receiver

    status = int(fail.value) if fail is not None else 200
    body = json.dumps({"detail": f"receive --fail {status}"}).encode() if fail is not None else None
    behaviour = Behaviour(takes=False, status=status, body=body, hang_seconds=slow)  # it keeps no event
    with suppress(KeyboardInterrupt), ending_tidily(), ExitStack() as stack:
        try:
            receiver = stack.enter_context(Receiver(posthog=behaviour, port=port))
        except OSError as error:
            give_up(f"Port {port} can't be used ({error.strerror}): name another one with --port.")
        print_head(receiver.url, as_json=as_json)
        while True:
            receiver.wait_until(lambda: bool(receiver.requests), _WAIT_SECONDS)
            while receiver.requests:
                _print_events(receiver.requests.pop(0), status, as_json)


def print_head(url: str, *, as_json: bool) -> None:
    """Print what a tool's configuration needs."""
    if as_json:
        print_text(json.dumps({"host": url, "project_token": LOCAL_TOKEN}) + "\n")
        return
    print_text(f"Waiting for events at {url}; Ctrl+C ends it. Give your tool:\n")
    print_text(f'  project_token="{LOCAL_TOKEN}", host="{url}"\n')


def _print_events(request: Any, status: int, as_json: bool) -> None:
    for message in _messages(request):
        if as_json:
            line = json.dumps({"received_at": words.iso(time.time()), "answer": status, "message": message})
        else:
            refused = "" if status == 200 else f"not accepted ({status}): "
            line = f"{time.strftime('%H:%M:%S')}  {refused}{_describe(message)}"
        print_text("".join(sign if sign.isprintable() else "?" for sign in line) + "\n")


def _messages(request: Any) -> Iterator[dict[str, Any]]:
    """The messages of a batch; none of any other request."""
    with suppress(Exception):  # another program's request can be anything
        batch = request.content["batch"] if request.path == "/batch/" else ()
        yield from (each for each in batch if isinstance(each.get("properties"), dict))


def _describe(message: dict[str, Any]) -> str:
    properties, distinct_id = message["properties"], str(message.get("distinct_id"))
    if message.get("event") == ALIAS_EVENT:
        return f"linked: {shorten(str(properties.get('alias')))} and {shorten(distinct_id)} are one person"
    took = properties.get("duration_ms")
    facts = [
        str(message.get("event")),
        str(properties.get("command_name") or ""),
        f"{took:,.0f} ms" if isinstance(took, int | float) and abs(took) < _DURATION_LIMIT else "",
        words.failure(properties),
        f"as {shorten(distinct_id)} ({'anonymous' if properties.get(PERSONLESS) is False else 'account'})",
    ]
    return "  ".join(filter(None, facts))
