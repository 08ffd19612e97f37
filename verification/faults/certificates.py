"""Certificates that only the processes of one experiment trust."""

import ssl
from pathlib import Path

import pytest
import trustme

TRUST_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")  # requests reads the first, httpx the second


def certify(names: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """TLS context of a server with these names. Processes that are started from now on trust it."""
    authority = trustme.CA()
    roots = folder / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    for variable in TRUST_VARIABLES:
        monkeypatch.setenv(variable, str(roots))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context
