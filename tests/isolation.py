"""An environment of a test's own: an empty home, and no variable that tracking or networking would listen to."""

import os
from pathlib import Path

import pytest

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_FOREIGN = ("ARCADE_", "POSTHOG_", "PYTHON", "CI", "DO_NOT_TRACK", "COVERAGE_", *_CERTIFICATES)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "netrc")


def isolate(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Until `monkeypatch` is undone. Makes `home`."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN) or name.lower() in _PROXIES:
            monkeypatch.delenv(name)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
