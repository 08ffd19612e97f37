"""An environment of a test's own: an empty home, and no variable that tracking or networking would listen to."""

import os
import signal
from pathlib import Path

import pytest

from arcade_usage.domain.agents import AGENTS, SANDBOXES
from arcade_usage.domain.consent import CI_SYSTEMS

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_FOREIGN = ("ARCADE_", "POSTHOG_", "PYTHON", "CI", "DO_NOT_TRACK", "COVERAGE_", *_CERTIFICATES)
_SURROUNDINGS = {mark.partition("=")[0] for marks in AGENTS.values() for mark in marks} | {
    *SANDBOXES,
    *CI_SYSTEMS,
}
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "netrc")


def isolate(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Until `monkeypatch` is undone. Makes `home`."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN) or name in _SURROUNDINGS or name.lower() in _PROXIES:
            monkeypatch.delenv(name)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))


def let_tests_be_interrupted() -> None:
    """A shell's background job begins with Ctrl-C ignored, and so would every tool that a test starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
