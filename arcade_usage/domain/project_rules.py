"""Validation and normalization of a PostHog project's host and token, and the project's key."""

from arcade_usage.domain.sha256 import sha256_hex

HOST_LIMIT = 500  # characters
TOKEN_LIMIT = 200  # characters of a stored token; earlier versions stored longer ones than PostHog takes
SECRET_KEYS = ("phx_", "phs_", "pha_", "phr_")  # personal API key, project secret, OAuth tokens


def base_url(host: str) -> str:
    return host.strip().rstrip("/")


def trimmed(token: str) -> str:
    return token.strip()


def find_secret_key(token: str) -> str | None:
    """The prefix of a secret key of PostHog in the token, also after quotes or a word; None without one."""
    return next((prefix for prefix in SECRET_KEYS if prefix in token.lower()), None)


def check_project(host: str, token: str) -> None:
    """Raises ValueError if invalid. `host`, `token`: normalized by `base_url` and `trimmed`."""
    if not host.startswith(("https://", "http://")) or len(host) > HOST_LIMIT:
        raise ValueError("a PostHog project's host must be an http or https URL")
    if not 0 < len(token) <= TOKEN_LIMIT:
        raise ValueError("a PostHog project needs a token of 1 to 200 characters")
    if find_secret_key(token) is not None:
        raise ValueError("a secret key of PostHog is no project token, and is never sent")
    if not (host.isprintable() and token.isprintable()):  # a lone surrogate is not printable
        raise ValueError("a PostHog project's host and token must be printable text")


def project_key(host: str, token: str) -> str:
    """16 hex digits that identify the project."""
    return sha256_hex(f"{base_url(host)}\n{trimmed(token)}".encode())[:16]
