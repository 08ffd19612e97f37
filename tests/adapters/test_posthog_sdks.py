"""The oldest SDK, the newest and two in between, each in a process of its own: the same events, the same outcomes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from posthog.version import VERSION

from arcade_usage.demo.receiver import Receiver

ROOT = Path(__file__).parents[2]
SDKS = ROOT / ".venvs" / "sdks"  # `make .venvs/sdks/.made` installs them there, one folder for each version
OTHERS = [version for version in ("6.7.6", "7.0.1", "7.45.4") if version != VERSION]

# What SDKs legitimately say differently.
OF_THE_SDK = ("$lib_version", "$os_distro")
OF_THE_MOMENT = ("uuid", "timestamp")  # of an alias


def run(version: str, receiver: Receiver) -> dict[str, Any]:
    """What tests.adapters.sdk_calls writes under an SDK of this version."""
    folder = [] if version == VERSION else [str(SDKS / version)]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.adapters.sdk_calls", receiver.url],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *folder])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    written: dict[str, Any] = json.loads(ended.stdout)
    assert written["version"] == version
    return written


def messages(receiver: Receiver) -> list[dict[str, Any]]:
    """What was on the wire, without what differs between any two SDKs or moments."""
    found: list[dict[str, Any]] = [message for batch in receiver.batches() for message in batch["batch"]]
    for message in found:
        properties = message["properties"]
        message["properties"] = {name: properties[name] for name in properties if name not in OF_THE_SDK}
    for name in OF_THE_MOMENT:
        assert isinstance(found[-1].pop(name), str)
    return found


EXPECTED = {
    "well": [],
    "over quota": [
        "NotAcceptedError",
        "PostHog takes no events of this project, whose quota is used up: inform the author of the tool",
        0.0,
    ],
    "redirects": [
        "UnreachableError",
        "HOST redirects, which is not followed: sign in to the network, or check the address",
        0.0,
    ],
    "400": ["RefusedError", "PostHog can't read what was sent (400)", 0.0],
    "401": [
        "NotAcceptedError",
        "PostHog does not accept the project token (401): inform the author of the tool",
        60.0,
    ],
    "413": ["RefusedError", "PostHog says that the request is too large (413)", 0.0],
    "429": ["NotAcceptedError", "PostHog gets too many requests (429): it is asked again later", 60.0],
    "503": [
        "NotAcceptedError",
        "PostHog is overloaded or down for a moment (503): it is asked again later",
        60.0,
    ],
}


@pytest.fixture(scope="module")
def installed() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the installed SDK does, and has on the wire."""
    with Receiver() as receiver:
        return run(VERSION, receiver), messages(receiver)


def test_the_installed_sdk(installed: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    """Each answer has its outcome and its words; the session of the tool's own client stays as it is, meanwhile too."""
    written, sent = installed
    assert [message["event"] for message in sent] == [
        "CLI execution succeeded", "CLI execution failed", "tool called", "$create_alias",
    ]  # fmt: skip
    assert written["outcomes"] == EXPECTED
    assert all(written["tool"].values()), written["tool"]


@pytest.mark.parametrize("version", OTHERS)
def test_another_sdk_does_the_same(
    receiver: Receiver, installed: tuple[dict[str, Any], list[dict[str, Any]]], version: str
) -> None:
    """A success, a failure, a server's event and an alias are the same on the wire, and so is all the rest."""
    assert (SDKS / version).is_dir(), f"posthog {version} is not installed: make .venvs/sdks/.made"
    written = run(version, receiver)
    assert messages(receiver) == installed[1]
    assert written == {**installed[0], "version": version}
