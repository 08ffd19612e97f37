"""Checks a tool's configuration: what is wrong with it, and what to change. Pure.

The command path imports this module only for values that it does not recognise as right
(composition/command.py), so the wording costs a correct tool nothing.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from arcade_usage.domain import declaration
from arcade_usage.domain.notice import Notice
from arcade_usage.domain.project_rules import HOST_LIMIT, base_url, find_secret_key, trimmed

TOKEN_LIMIT = 64  # bytes; PostHog rejects longer tokens with 401
DISTRIBUTION_LIMIT = 200  # characters; it is part of each payload
VERSION_LIMIT = 64  # characters
ERASURE_URL_LIMIT = 500  # characters
NOTICE_VERSION_LIMIT = 1_000_000  # the version is part of a file's name
DAILY_LIMIT_MAX = 1_000_000  # events

_FOREIGN_ERRORS = ("builtins", "click", "typer")  # packages whose messages quote input and name files

_LOOPBACK = ("localhost", "127.0.0.1", "::1")  # a developer's own machine needs no https
_EXAMPLE = 'host="https://us.i.posthog.com"'


class Reason(NamedTuple):
    """Why tracking is off. `identifier`: for programs; `text`: for people, with what to change."""

    identifier: str
    text: str


class ConfigurationError(ValueError):
    """A tool's configuration is wrong; raised in development only, see `arcade_usage.Tool`."""


NO_VERSION = Reason(
    "version_unknown",
    "the version of this tool can't be found, so its events say unknown: name the installed package in"
    " Tool(distribution=...), or pass Tool(version=...)",
)


def find_problems(values: Mapping[str, object], is_absolute: Callable[[str], bool]) -> dict[str, Reason]:
    """What is wrong, by the name of the argument; empty if everything is right.

    values: the arguments of `arcade_usage.Tool`. is_absolute: whether the system takes a path, and it is
    absolute once `~` is expanded.
    """
    found = {
        "distribution": _check_distribution(values["distribution"]),
        "version": _check_version(values["version"]),
        "project_token": check_token(values["project_token"]),
        "host": check_host(values["host"]),
        "config_dir": _check_path("config_dir", values["config_dir"], is_absolute),
        "credentials": _check_path("credentials", values["credentials"], is_absolute),
        "context": _check_context(values["context"]),
        "notice": _check_notice(values["notice"]),
        "properties": _check_properties(values["properties"]),
        "safe_errors": _check_errors("safe_errors", values["safe_errors"]),
        "private_errors": _check_errors("private_errors", values["private_errors"]),
        "adapters": _check_factory(values["adapters"]),
        "consent": _check_consent(values["consent"], values["notice"]),
        "erasure_url": _check_erasure_url(values["erasure_url"]),
        "daily_limit": _check_daily_limit(values["daily_limit"]),
    }
    return {name: reason for name, reason in found.items() if reason is not None}


def _check_text(name: str, value: object) -> Reason | None:
    if value is None or isinstance(value, str):
        return None
    return Reason(f"{name}_type", f"{name} must be text, not {type(value).__name__}")


def _check_distribution(distribution: object) -> Reason | None:
    if distribution is None or not isinstance(distribution, str):
        return _check_text("distribution", distribution)
    if len(distribution) <= DISTRIBUTION_LIMIT and distribution.isprintable():
        return None
    return Reason(
        "distribution_invalid",
        f"distribution must be the name of an installed package, at most {DISTRIBUTION_LIMIT} characters",
    )


def _check_version(version: object) -> Reason | None:
    if version is None or not isinstance(version, str):
        return _check_text("version", version)
    is_one_word = version.isascii() and version.isprintable() and " " not in version
    if 0 < len(version) <= VERSION_LIMIT and is_one_word:
        return None
    return Reason("version_invalid", f"version must be 1 to {VERSION_LIMIT} ASCII characters without a blank")


def check_token(token: object) -> Reason | None:
    """No text repeats the token, since it may be a secret key."""
    if token is None or not isinstance(token, str):
        return _check_text("project_token", token)
    token = trimmed(token)
    if not token:
        return Reason(
            "token_empty", "project_token is empty: use the project's token, or None to track nothing"
        )
    if (prefix := find_secret_key(token)) is not None:
        return Reason(
            "token_secret",
            f"project_token is a secret key of PostHog ({prefix}...), which is never sent: use the"
            " project's token (phc_...), and replace the key if others could read it",
        )
    if token.endswith("..."):
        return Reason(
            "token_placeholder",
            "project_token is the placeholder of an example: copy the project's token (phc_...) from PostHog",
        )
    if not (token.isascii() and token.replace("_", "").replace("-", "").isalnum()):
        return Reason(
            "token_not_ascii",
            "project_token has signs that no token has, such as quotes or blanks: copy the token (phc_...)"
            " from PostHog again",
        )
    if len(token) > TOKEN_LIMIT:
        return Reason(
            "token_too_long",
            f"project_token is longer than {TOKEN_LIMIT} bytes: copy the token (phc_...) from PostHog again",
        )
    return None


def check_host(host: object) -> Reason | None:
    if not isinstance(host, str):
        return _check_text("host", host)
    host = base_url(host)
    scheme, separator, rest = host.partition("://")
    if not host:
        return Reason("host_empty", f"host is empty: write the URL of PostHog, for example {_EXAMPLE}")
    if not separator:
        return Reason("host_without_scheme", f"host has no scheme: begin with https://, as in {_EXAMPLE}")
    if scheme not in ("https", "http"):
        return Reason("host_not_http", f"host must begin with https:// or http://, as in {_EXAMPLE}")
    if "@" in rest:
        return Reason("host_password", f"host contains a user or a password: remove it, as in {_EXAMPLE}")
    if any(mark in rest for mark in "/?#"):
        return Reason("host_path", f"host has more than a name and a port: remove the path, as in {_EXAMPLE}")
    if "..." in rest:
        return Reason(
            "host_placeholder", f"host is the placeholder of an example: write one such as {_EXAMPLE}"
        )
    if len(host) > HOST_LIMIT or not _is_host(host):
        return Reason("host_invalid", f"host is not a valid URL: write one such as {_EXAMPLE}")
    return None


def _is_host(host: str) -> bool:
    if not host.isprintable() or " " in host or "\\" in host:
        return False
    try:
        parts = urlsplit(host)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port or IPv6 address
        return False


def _check_path(name: str, path: object, is_absolute: Callable[[str], bool]) -> Reason | None:
    try:
        text = path.__fspath__() if hasattr(path, "__fspath__") else path
    except Exception as error:  # noqa: BLE001 - the tool's code
        return Reason(f"{name}_type", f"{name} must be text, not a path that raises {type(error).__name__}")
    if not isinstance(text, str):
        return _check_text(name, text)
    if is_absolute(text):
        return None
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        return Reason(f"{name}_invalid", f"{name} contains a character that no path has: remove it")
    return Reason(f"{name}_relative", f"{name} is not an absolute path: begin with the root, or with ~")


def _check_context(context: object) -> Reason | None:
    if context is None or callable(context):
        return None
    return Reason("context_type", f"context must be a function, not {type(context).__name__}")


def _check_notice(notice: object) -> Reason | None:
    if notice is None:
        return None
    if isinstance(notice, Notice):
        values: tuple[object, ...] = (notice.text, notice.link, notice.version, notice.told_elsewhere)
        kinds = (str, str, int, bool)
        if all(isinstance(value, kind) for value, kind in zip(values, kinds, strict=True)):
            if 0 <= notice.version < NOTICE_VERSION_LIMIT:
                return None
            return Reason("notice_version", f"the notice's version must be 0 to {NOTICE_VERSION_LIMIT - 1}")
    return Reason(
        "notice_type",
        'notice must be arcade_usage.Notice("a text", "a link", version=1): two texts and a whole number',
    )


def _check_properties(properties: object) -> Reason | None:
    problem = declaration.find_problem(properties)
    return None if problem is None else Reason("properties_invalid", problem)


def _check_errors(name: str, classes: object) -> Reason | None:
    if not isinstance(classes, tuple) or not all(
        isinstance(each, type) and issubclass(each, BaseException) for each in classes
    ):
        return Reason(f"{name}_type", f"{name} must be a tuple of exception classes")
    foreign = [each.__name__ for each in classes if each.__module__.partition(".")[0] in _FOREIGN_ERRORS]
    if foreign and name == "safe_errors":
        return Reason(
            f"{name}_foreign",
            f"safe_errors names {foreign[0]}, whose texts may hold file names and input: name exception"
            " classes of your own",
        )
    return None


def _check_factory(adapters: object) -> Reason | None:
    if adapters is None or not isinstance(adapters, str):
        return _check_text("adapters", adapters)
    module, _, function = adapters.partition(":")
    if module.replace(".", "_").isidentifier() and function.isidentifier():
        return None
    return Reason("adapters_invalid", 'adapters must name a function, as in adapters="module:function"')


def _check_consent(consent: object, notice: object) -> Reason | None:
    if consent == "ask" and notice is None:
        return Reason(
            "consent_without_notice",
            'consent="ask" asks with the text of a notice: add notice=arcade_usage.Notice("a text", "link")',
        )
    if consent in ("notice", "ask"):
        return None
    return Reason("consent_invalid", 'consent must be "notice" or "ask"')


def _check_erasure_url(url: object) -> Reason | None:
    if url is None or not isinstance(url, str):
        return _check_text("erasure_url", url)
    if len(url) <= ERASURE_URL_LIMIT and url.isprintable() and " " not in url and _takes_requests(url):
        return None
    return Reason(
        "erasure_url_invalid",
        'erasure_url must be such as "https://example.com/erase", which gets the ids, without a password,'
        ' or "mailto:privacy@example.com", which is shown',
    )


def _takes_requests(url: str) -> bool:
    scheme, _, rest = url.partition(":")
    if scheme == "mailto":
        name, _, host = rest.partition("@")
        return bool(name and host) and not any(sign in rest[len(name) + 1 :] for sign in "@?&/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # an invalid port or IPv6 address
        return False
    is_safe = scheme == "https" or (scheme == "http" and parts.hostname in _LOOPBACK)
    return is_safe and bool(parts.hostname) and port != 0 and "@" not in parts.netloc and not parts.fragment


def _check_daily_limit(limit: object) -> Reason | None:
    if limit is None or (type(limit) is int and 0 < limit <= DAILY_LIMIT_MAX):
        return None
    return Reason(
        "daily_limit_invalid",
        f"daily_limit must be a whole number of events, 1 to {DAILY_LIMIT_MAX:,}, or None for no limit",
    )
