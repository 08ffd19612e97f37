"""Calls of the analytics sink under another SDK, in a process of its own: `python -m tests.adapters.sdk_calls URL`.

Writes JSON: the SDK's version, what each answer of PostHog led to, and what became of a client of the tool's own.
"""

import json
import logging
import sys
import threading
from typing import Any

from attrs import evolve
from posthog import Posthog
from posthog import request as posthog_request
from posthog import utils as posthog_utils
from posthog.version import VERSION

from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.application.errors import NotAcceptedError
from arcade_usage.demo.receiver import Behaviour, Receiver
from arcade_usage.domain.event import Runtime
from arcade_usage.domain.project import Project
from arcade_usage.domain.properties import FAILED
from arcade_usage.domain.redaction import Redactor
from arcade_usage.domain.server_event import ServerEvent, describe_server_event
from tests.samples import ALICE, ANON, anonymous, make_event, of

PATIENCE_SECONDS = 30.0
RUNTIME = Runtime("1.2.3", "3.12.1", "Linux", "6.1", is_ci=False)

ANSWERS = {
    "well": Behaviour(),
    "over quota": Behaviour(takes=False, body=b'{"status": 1, "quota_limited": ["events"]}'),
    "redirects": Behaviour(takes=False, status=302, headers={"Location": "/"}, body=b""),
    **{
        str(status): Behaviour(takes=False, status=status, headers={"Retry-After": "60"})
        for status in (400, 401, 413, 429, 503)
    },
}


def send_all(url: str) -> None:
    """A success, a failure, a server's event and an alias."""
    sink = PostHogSink(Project(url, "phc_sdks"))
    server_event = describe_server_event(
        ServerEvent("tool called", 1_773_500_000.0, {"count": 3}),
        RUNTIME,
        make_event(3).uuid,
        Redactor(home=(), names=()),
    )
    failure = make_event(2, FAILED, error_message="no such file", outcome="error", ratio=0.5, note=None)
    sink.capture(
        [anonymous(1), evolve(of(ALICE, 2), event=failure), evolve(of(ALICE, 3), event=server_event)]
    )
    sink.alias(ANON, ALICE)


def outcomes() -> dict[str, list[object]]:
    """The error of a batch for each answer, and the seconds to wait."""
    found: dict[str, list[object]] = {}
    with Receiver() as receiver:
        sink = PostHogSink(Project(receiver.url, "phc_sdks"))
        for name, behaviour in ANSWERS.items():
            receiver.posthog = behaviour
            try:
                sink.capture([of(ALICE)])
            except NotAcceptedError as error:
                where = receiver.url.rpartition("/")[2]
                found[name] = [type(error).__name__, str(error).replace(where, "HOST"), error.retry_after]
            else:
                found[name] = []
    return found


def beside_the_tools_own() -> dict[str, bool]:
    """The tool's client sends while a request of the sink is under way; each over a session of its own."""
    session: Any = posthog_request._session
    session.headers["X-Tool"] = "mine"
    log = logging.getLogger("posthog")
    utils: Any = posthog_utils
    handlers, distro = log.handlers[:], utils.distro
    with Receiver() as theirs:
        tool = Posthog("phc_tool", host=theirs.url, sync_mode=True)
        with Receiver(posthog=Behaviour(takes=False, hang_seconds=60.0)) as ours:
            log.setLevel(logging.ERROR)
            sink = PostHogSink(Project(ours.url, "phc_sdks"))
            thread = threading.Thread(target=_capture, args=(sink,))
            thread.start()
            ours.wait_until(lambda: bool(ours.requests), PATIENCE_SECONDS)
            tool.capture("of the tool", distinct_id="someone")
            same = posthog_request._session is session
        thread.join(PATIENCE_SECONDS)
        tool.capture("of the tool", distinct_id="someone")
        return {
            "arrived": len(theirs.requests) == 2 and len(ours.requests) == 1,
            "over its session": all(request.headers.get("x-tool") == "mine" for request in theirs.requests),
            "ours over another": "x-tool" not in ours.requests[0].headers,
            "session stays": same and posthog_request._session is session,
            "log level stays": log.level == logging.ERROR,
            "what it logs is seen": log.handlers == handlers,
            "the system's name as before": utils.distro is distro,
            "as it was": session.trust_env and session.max_redirects == 30 and not session.stream,
        }


def _capture(sink: PostHogSink) -> None:
    try:
        sink.capture([of(ALICE)])
    except NotAcceptedError:
        return


if __name__ == "__main__":
    send_all(sys.argv[1])
    json.dump({"version": VERSION, "outcomes": outcomes(), "tool": beside_the_tools_own()}, sys.stdout)
