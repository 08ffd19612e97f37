"""The composition root of the command path: a tool's configuration, command tracker and writer.

One module on purpose: a command needs all of it, and each further module costs it 0.13 ms. Runs inside the
tool: imports only what the command path allows. Imports composition/delivery.py only if no delivery process
can be started.
"""

import os
import sys
import time

from arcade_usage.application.command.payload import describe_tool
from arcade_usage.application.command.tracker import (
    CommandTracker,
    SilentTracker,
    logs_debug,
    suppress_and_log,
)
from arcade_usage.domain.consent import is_strict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Protocol

    from arcade_usage.adapters.process.launcher import DetachedLauncher
    from arcade_usage.adapters.storage.config_folder import Layout
    from arcade_usage.adapters.storage.consent_board import ConsentBoard
    from arcade_usage.adapters.storage.identity_folder import IdentityFolder
    from arcade_usage.adapters.storage.notice_board import NoticeBoard
    from arcade_usage.application.adapters import Adapters
    from arcade_usage.application.command.tracking import Tracker
    from arcade_usage.application.ports import Installation, ProcessLauncher
    from arcade_usage.application.server.tracker import ServerTracker
    from arcade_usage.domain.configuration import Reason
    from arcade_usage.domain.declaration import Property
    from arcade_usage.domain.notice import Notice

    class TrackerBuilder(Protocol):
        """Builds trackers in place of composition/command.py and composition/server.py.

        The mounted commands use its adapters.
        """

        def command_tracker(self, config: "ToolConfig") -> Tracker: ...

        def server_tracker(self, config: "ToolConfig") -> ServerTracker: ...

        def adapters(self) -> Adapters: ...


DEFAULT_HOST = "https://us.i.posthog.com"
DEFAULT_DAILY_LIMIT = 1000  # events
_SEQUENCES = ("properties", "safe_errors", "private_errors")


class ToolConfig:
    """One tool's configuration; `arcade_usage.Tool` documents the fields.

    problems: what is wrong. A value that is wrong is replaced by None or (), and the token by None: nothing
    can be sent, and the mounted commands work without the value.
    """

    def __init__(
        self,
        *,
        distribution: "str | None",
        project_token: "str | None",
        host: "str | None" = DEFAULT_HOST,
        version: "str | None" = None,
        config_dir: "str | os.PathLike[str] | None" = None,
        credentials: "str | os.PathLike[str] | None" = None,
        context: "Callable[[], str | None] | None" = None,
        notice: "Notice | None" = None,
        properties: "Sequence[Property]" = (),
        safe_errors: "Sequence[type[BaseException]]" = (),
        private_errors: "Sequence[type[BaseException]]" = (),
        adapters: "str | None" = None,
        consent: str = "notice",
        erasure_url: "str | None" = None,
        daily_limit: "int | None" = DEFAULT_DAILY_LIMIT,
    ) -> None:
        self.distribution = distribution
        self.project_token = project_token
        self.host = DEFAULT_HOST if host is None else host
        self.version = version
        self.config_dir = config_dir
        self.credentials = credentials
        self.context = context
        self.notice = notice
        self.properties = properties
        self.safe_errors = safe_errors
        self.private_errors = private_errors
        self.adapters = adapters
        self.consent = consent
        self.erasure_url = erasure_url
        self.daily_limit = daily_limit
        self.problems: tuple[Reason, ...] = () if _is_plain(self) else self._find_problems()
        if self.problems or is_strict(os.environ):
            refuse_if_strict(self)

    def _find_problems(self) -> "tuple[Reason, ...]":
        from arcade_usage.domain.configuration import find_problems

        found = find_problems(vars(self), _is_absolute)
        for name in found:
            setattr(self, name, () if name in _SEQUENCES else None)
        if found:
            self.project_token = None
        return tuple(found.values())


def _is_plain(config: ToolConfig) -> bool:
    """Whether each value is right and of a common form; domain/configuration.py judges all others.

    Takes 2 us, 7 us with every argument. Importing the rules takes 5 ms, longer than tracking a command.
    """
    token, version, notice, adapters = config.project_token, config.version, config.notice, config.adapters
    limit = config.daily_limit
    context: object = config.context
    return (
        type(config.distribution) is str
        and len(config.distribution) <= 200
        and config.distribution.isprintable()
        and (config.host is DEFAULT_HOST or _is_plain_host(config.host))
        and (token is None or (type(token) is str and token[:4] == "phc_" and _is_plain_word(token)))
        and (version is None or (type(version) is str and _is_plain_version(version)))
        and (config.config_dir is None or _is_absolute(config.config_dir))
        and (config.credentials is None or _is_absolute(config.credentials))
        and (context is None or callable(context))
        and (notice is None or _is_plain_notice(notice))
        and (adapters is None or (type(adapters) is str and _is_plain_factory(adapters)))
        and (limit is None or (type(limit) is int and 0 < limit <= 1_000_000))
        and (config.properties == () or _are_plain_properties(config.properties))
        and _are_plain_errors(config.safe_errors, config.private_errors)
        and (config.consent == "notice" or (config.consent == "ask" and notice is not None))
        and (config.erasure_url is None or _is_plain_address(config.erasure_url))
    )


def _is_plain_host(host: object) -> bool:
    if type(host) is not str or not host.isascii() or len(host) > 100:
        return False
    scheme, _, rest = host.partition("://")
    name, _, port = rest.partition(":")
    return (
        scheme in ("https", "http")
        and name.replace(".", "").replace("-", "").isalnum()
        and (not port or (port.isdecimal() and 0 < int(port) < 65536))
    )


def _is_plain_address(url: object) -> bool:
    """Whether it is a short https:// URL with a plain path, or mailto: with a plain address."""
    if type(url) is not str or not url.isascii() or len(url) > 100:
        return False
    if url[:8] == "https://":
        host, _, path = url[8:].partition("/")
        path = path.replace("/", "")
        return _is_plain_path(host) and (not path or _is_plain_path(path))
    name, _, host = url[7:].partition("@")
    return url[:7] == "mailto:" and _is_plain_path(name) and _is_plain_path(host)


def _is_plain_path(text: str) -> bool:
    return text.replace(".", "").replace("-", "").isalnum()


def _is_plain_word(text: str) -> bool:
    """Whether the text is at most 64 ASCII letters, digits and underscores, and begins with no digit."""
    return len(text) <= 64 and text.isascii() and text.isidentifier()


def _is_plain_version(version: str) -> bool:
    return len(version) <= 64 and version.isascii() and version.replace(".", "").isalnum()


def _is_plain_factory(adapters: str) -> bool:
    module, _, function = adapters.partition(":")
    return module.replace(".", "_").isidentifier() and function.isidentifier()


def _is_plain_notice(notice: object) -> bool:
    kinds = [type(getattr(notice, name, None)) for name in ("text", "link", "version", "told_elsewhere")]
    is_ours = type(notice).__module__ == "arcade_usage.domain.notice"
    return is_ours and kinds == [str, str, int, bool] and 0 <= notice.version < 1_000_000  # type: ignore[attr-defined]


def _are_plain_properties(properties: object) -> bool:
    from arcade_usage.domain.declaration import find_problem  # the tool has imported it

    return find_problem(properties) is None


def _are_plain_errors(safe_errors: object, private_errors: object) -> bool:
    if not (isinstance(safe_errors, tuple) and isinstance(private_errors, tuple)):
        return False
    both = safe_errors + private_errors
    return all(isinstance(each, type) and issubclass(each, BaseException) for each in both) and all(
        each.__module__.partition(".")[0] not in ("builtins", "click", "typer") for each in safe_errors
    )


def _is_absolute(path: object) -> bool:
    """Whether the system takes this path, and it is absolute once `~` is expanded. Never raises."""
    try:
        text = os.fspath(path)  # type: ignore[call-overload] # a TypeError, which counts as any other
        encoded = os.fsencode(text)  # a UnicodeError for most lone surrogates
        return isinstance(text, str) and b"\0" not in encoded and os.path.isabs(os.path.expanduser(text))
    except Exception:  # noqa: BLE001 - __fspath__ is the tool's code
        return False


def refuse_if_strict(config: ToolConfig) -> None:
    """Raise ConfigurationError for a wrong configuration, in development; see composition/development.py."""
    from arcade_usage.composition.development import refuse

    refuse(config, in_test_kit=replacement is not None)


replacement: "TrackerBuilder | None" = None  # builds all trackers while it is set; the test kit sets it


def command_tracker(
    *,
    distribution: str,
    project_token: "str | None",
    host: "str | None" = DEFAULT_HOST,
    version: "str | None" = None,
    config_dir: "str | os.PathLike[str] | None" = None,
    credentials: "str | os.PathLike[str] | None" = None,
    context: "Callable[[], str | None] | None" = None,
    notice: "Notice | None" = None,
    properties: "Sequence[Property]" = (),
    safe_errors: "Sequence[type[BaseException]]" = (),
    private_errors: "Sequence[type[BaseException]]" = (),
    adapters: "str | None" = None,
    consent: str = "notice",
    erasure_url: "str | None" = None,
    daily_limit: "int | None" = DEFAULT_DAILY_LIMIT,
) -> "Tracker":
    """Make the tracker of a command-line tool; call it when the tool starts.

    The arguments and the errors are those of `arcade_usage.Tool`. Does not block. Reads the switch and two
    small files, and makes one stat().
    """
    return build(ToolConfig(**locals()))


def build(config: ToolConfig) -> "Tracker":
    """Build a tool's command tracker, or one that does nothing if tracking is off. Never raises.

    In the test kit, raises ConfigurationError for a wrong configuration.
    """
    if config.problems:
        refuse_if_strict(config)
    with suppress_and_log():
        return replacement.command_tracker(config) if replacement is not None else _build(config)
    return SilentTracker()


def find_tracked_layout(config: ToolConfig) -> "Layout | None":
    """The config folder of a tool that is tracked, if only on this machine; None if tracking is off.

    Logs the reason. With $ARCADE_USAGE_DEBUG, writes it on stderr too.
    """
    from arcade_usage.adapters.storage.config_folder import find_layout, find_problem, reasons_off
    from arcade_usage.domain.consent import OFF_BY_LOCAL, OFF_TEXTS, OFF_UNASKED, wants_debug

    reasons: tuple[str, ...] = ()
    layout, why = None, [problem.text for problem in config.problems]
    try:
        layout = find_layout(config.config_dir, config.credentials)
        if not why:
            reasons = reasons_off(layout, config.project_token)
            if reasons != (OFF_BY_LOCAL,):  # alone, it lets events be recorded
                why = [OFF_TEXTS[reason] for reason in reasons[:1]]
        if not why and (problem := find_problem(layout)) is not None:
            why = [str(problem)]
    except ValueError as error:  # no home folder
        why = why or [str(error)]
    debugging = wants_debug(os.environ) and not OFF_UNASKED.intersection(reasons)
    if debugging or logs_debug():
        from arcade_usage.composition.development import explain

        board = make_board(config, layout) if debugging and layout is not None and not why else None
        why = explain(config, board, why, debugging=debugging)
    return None if why else layout


def _build(config: ToolConfig) -> "Tracker":
    from arcade_usage.adapters.storage.config_folder import FolderSnapshots
    from arcade_usage.domain.consent import wants_debug

    layout = find_tracked_layout(config)
    if layout is None:
        return SilentTracker()

    from arcade_usage.adapters.process.launcher import DetachedLauncher

    debugging = wants_debug(os.environ)  # then nothing is written
    launcher = DetachedLauncher(os.environ)
    writer = None if debugging else FolderWriter(layout)
    folder = FolderSnapshots(layout, writer, config.context)
    return CommandTracker(
        describe_config(config, layout.config_dir),
        opt_out=folder,
        snapshots=folder,
        launcher=_show(launcher) if debugging else launcher,
        writer=writer,
        clock=time,
        notice=None if debugging else make_board(config, layout),
        properties=config.properties,
        safe_errors=config.safe_errors,
        private_errors=config.private_errors,
        is_tty=os.isatty(1),  # 0.3 us; the delivery process has no terminal
        typed=list(getattr(sys, "argv", None) or ())[1:],  # an embedding program may have none
    )


def describe_config(config: ToolConfig, config_dir: str) -> "dict[str, object]":
    """What each payload says about the tool."""
    return describe_tool(
        project={"host": config.host, "project_token": config.project_token or ""},
        config_dir=config_dir,
        distribution=config.distribution or "",
        version=config.version,
        adapters=config.adapters,
        daily_limit=config.daily_limit,
    )


def _show(launcher: "DetachedLauncher") -> "ProcessLauncher":
    from arcade_usage.adapters.process.preview_launcher import PreviewLauncher

    return PreviewLauncher(launcher.launch_and_read)


def make_board(
    config: ToolConfig, layout: "Layout", *, may_ask: bool = True
) -> "NoticeBoard | ConsentBoard | None":
    """Make the board of the notice, or of the question. may_ask: whether a question may be asked here.

    The default folder is first, so that a notice is shown once per machine.
    """
    if config.notice is None:
        return None
    from arcade_usage.adapters.storage.config_folder import choice_layouts, find_problem

    default_first = choice_layouts(layout)[::-1]
    usable = [each for each in default_first if find_problem(each) is None]  # not another user's folder
    name = config.distribution or ""
    if config.consent == "ask":
        from arcade_usage.adapters.storage.consent_board import ConsentBoard

        return ConsentBoard(config.notice, name, usable, os.environ, default_first, may_ask=may_ask)
    from arcade_usage.adapters.storage.notice_board import NoticeBoard

    return NoticeBoard(config.notice, name, usable, os.environ)


class FolderWriter:
    """The writer port. Each method imports what it needs, since most commands call none."""

    def __init__(self, layout: "Layout") -> None:
        self._layout = layout

    def make_first_identity(self) -> "Mapping[str, object] | None":
        from arcade_usage.adapters.storage.first_identity import make_first_identity

        return make_first_identity(*self._identity_parts())

    def log_out(self, *, had_credentials: bool) -> None:
        from arcade_usage.adapters.storage.logout import log_out

        log_out(*self._identity_parts(), had_credentials=had_credentials)

    def _identity_parts(self) -> "tuple[IdentityFolder, str, Installation]":
        """The identity's files, a new id, and this installation."""
        from arcade_usage.adapters.machine.ids import UuidGenerator
        from arcade_usage.adapters.machine.installation import FolderInstallation
        from arcade_usage.adapters.storage.identity_folder import IdentityFolder

        folder = self._layout.folder
        return IdentityFolder(self._layout), UuidGenerator().new(), FolderInstallation(folder)

    def hand_over(self, payload: str, project: "Mapping[str, str]") -> "str | None":
        path = self._layout.announcement(**project)
        if not os.path.lexists(path):
            return payload
        from arcade_usage.adapters.storage.announcement import FileAnnouncement
        from arcade_usage.application.command.hand_over import hand_over

        announcement = FileAnnouncement(path)

        def store(text: str) -> bool:  # imports the rest only if the announcement stands
            from arcade_usage.adapters.machine.runtime_facts import are_at_hand
            from arcade_usage.adapters.storage.early_record import write_record

            if not are_at_hand(os.environ):
                return False
            return write_record(text, durable=False, found=announcement.found) is not None

        return hand_over(payload, announcement, store)

    def enqueue(self, payload: str) -> None:
        from arcade_usage.composition.delivery import enqueue

        enqueue(payload)
