"""Certificates that nobody but the processes of one experiment trusts."""

import ssl
from pathlib import Path

import pytest
import trustme

TRUST_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")  # of requests, of httpx


def certify(names: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """How a server shows that it is one of these names, to processes that are started from now on."""
    authority = trustme.CA()
    roots = folder / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    for variable in TRUST_VARIABLES:
        monkeypatch.setenv(variable, str(roots))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context
