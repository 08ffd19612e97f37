"""Each reason for which an event is not sent is in `status`, and no reason of the code is missing here."""

import ast
import inspect
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import posthog.version
import pytest

from arcade_usage import Notice, Tool
from arcade_usage.adapters.storage import config_folder
from arcade_usage.application import errors
from arcade_usage.demo.receiver import DOWN, Behaviour
from arcade_usage.domain import configuration, consent
from arcade_usage.domain.retention import LossReason
from arcade_usage.domain.trouble import Trouble
from tests.e2e.cli.running import Shell
from tests.e2e.cli.test_terminal import give_up_being_root
from tests.e2e.cli.tools import RealTool
from tests.e2e.deliveries import here
from tests.e2e.world import TOKEN, World

Patch = pytest.MonkeyPatch
Situation = Callable[[World, Patch], object]  # brings it about; a Tool is the one that is asked


def tool(world: World, **configuration: Any) -> Tool:
    right = {
        "distribution": "arcade-usage", "project_token": TOKEN,
        "host": world.receiver.url, "config_dir": str(world.folder),
    }  # fmt: skip
    return Tool(**{**right, **configuration})


def waits(world: World) -> None:
    world.receiver.posthog = DOWN
    world.run("waits")


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def outbox(world: World) -> Path:
    (folder,) = world.folder.glob("usage/outbox/*")
    return folder


def wrong(**configuration: Any) -> Situation:
    return lambda world, _: tool(world, **configuration)


def with_variable(name: str) -> Situation:
    return lambda _, patch: patch.setenv(name, "0" if name == consent.TRACKING_VARIABLE else "1")


def turned_off(world: World, _: Patch) -> None:
    (world.folder / "usage").mkdir(parents=True)
    (world.folder / "usage" / "off").touch()


def kept_local(world: World, patch: Patch) -> None:
    turned_off(world, patch)
    (world.folder / "usage" / "off").write_text(consent.LOCAL)


def turned_off_by_administrator(world: World, patch: Patch) -> None:
    path = world.scratch / "usage-off"
    path.touch()
    patch.setattr(config_folder, "MACHINE_OFF_FILE", str(path))


def not_a_folder(world: World, _: Patch) -> None:
    world.folder.write_text("a file", encoding="utf-8")


def open_to_others(world: World, _: Patch) -> None:
    world.folder.mkdir()
    world.folder.chmod(0o777)


SWITCHES: dict[str, Situation] = {
    consent.OFF_BY_VARIABLE: with_variable(consent.TRACKING_VARIABLE),
    consent.OFF_BY_DO_NOT_TRACK: with_variable("DO_NOT_TRACK"),
    consent.OFF_BY_MACHINE: turned_off_by_administrator,
    consent.OFF_BY_CHOICE: turned_off,
    consent.OFF_BY_LOCAL: kept_local,
    consent.OFF_BY_CONFIG_DIR: open_to_others,
    consent.OFF_BY_CONSENT: wrong(notice=Notice("a text", "a link"), consent="ask"),
    consent.OFF_IN_COMPLETION: with_variable("_MY_TOOL_COMPLETE"),
    consent.OFF_IN_DELIVERY: with_variable(consent.EVENT_DATA_VARIABLE),
    consent.OFF_WITHOUT_TOKEN: wrong(project_token=None),
}
CONFIGURATIONS: dict[str, Situation] = {
    "distribution_type": wrong(distribution=5),
    "distribution_invalid": wrong(distribution="x" * 201),
    "version_type": wrong(version=5),
    "version_invalid": wrong(version="1 2"),
    "project_token_type": wrong(project_token=5),
    "token_empty": wrong(project_token=" "),
    "token_secret": wrong(project_token="phx_secret"),
    "token_placeholder": wrong(project_token="phc_..."),
    "token_not_ascii": wrong(project_token="phc_ä"),
    "token_too_long": wrong(project_token="p" * 65),
    "host_type": wrong(host=5),
    "host_empty": wrong(host=""),
    "host_without_scheme": wrong(host="us.i.posthog.com"),
    "host_not_http": wrong(host="ftp://us.i.posthog.com"),
    "host_password": wrong(host="https://alice:secret@us.i.posthog.com"),
    "host_path": wrong(host="https://us.i.posthog.com/x"),
    "host_placeholder": wrong(host="https://..."),
    "host_invalid": wrong(host="https://a b"),
    "config_dir_type": wrong(config_dir=5),
    "config_dir_relative": wrong(config_dir="relative"),
    "config_dir_invalid": wrong(config_dir="/\0"),
    "credentials_type": wrong(credentials=5),
    "credentials_relative": wrong(credentials="relative"),
    "credentials_invalid": wrong(credentials="/\0"),
    "context_type": wrong(context="staging"),
    "notice_type": wrong(notice=Notice(None, None)),  # type: ignore[arg-type]
    "notice_version": wrong(notice=Notice("a text", "a link", version=-1)),
    "properties_invalid": wrong(properties=5),
    "safe_errors_type": wrong(safe_errors=5),
    "safe_errors_foreign": wrong(safe_errors=(OSError,)),
    "private_errors_type": wrong(private_errors=5),
    "adapters_type": wrong(adapters=5),
    "adapters_invalid": wrong(adapters="my_tool"),
    "erasure_url_type": wrong(erasure_url=5),
    "erasure_url_invalid": wrong(erasure_url="http://example.com/erase"),
    "consent_without_notice": wrong(consent="ask"),
    "consent_invalid": wrong(consent="maybe"),
    "daily_limit_invalid": wrong(daily_limit=0),
}


def malformed(name: str, *, then_a_command: bool = False) -> Situation:
    def bring_about(world: World, _: Patch) -> None:
        world.run("earlier")
        (world.folder / name).write_text("{", encoding="utf-8")
        if then_a_command:
            world.run("later")

    return bring_about


def newer(world: World, _: Patch) -> None:
    world.run("earlier")
    edit(world.ledger_path, version=99)


def another_id(world: World, _: Patch) -> None:
    world.run("earlier")
    edit(world.folder / "usage.json", anon_id="11111111-2222-4333-8444-555555555555")


def copied(world: World, _: Patch) -> object:
    world.run("earlier")
    return tool(world, config_dir=str(shutil.copytree(world.folder, world.scratch / "copy")))


def unreadable_event(world: World, _: Patch) -> None:
    waits(world)
    (name,) = outbox(world).glob("*.event.json")
    name.write_text("{", encoding="utf-8")


def a_link(name: str) -> Situation:
    def bring_about(world: World, _: Patch) -> None:
        waits(world)
        path = outbox(world) / name
        path.unlink(missing_ok=True)
        path.symlink_to(world.scratch)

    return bring_about


def no_program(world: World, patch: Patch) -> None:
    stand_in = world.scratch / "python"
    stand_in.touch(mode=0o600)
    patch.setattr(sys, "executable", str(stand_in))


def clock_set_back(world: World, _: Patch) -> None:
    world.let_hours_pass(2)
    waits(world)


def cloud_does_not_answer(world: World, _: Patch) -> None:
    world.log_in("principal-1")
    world.receiver.cloud = DOWN
    world.store_credentials("principal-2")
    world.run("waits")


def not_writable(world: World, _: Patch) -> None:
    world.folder.mkdir(mode=0o500)


TROUBLES: dict[Trouble, Situation] = {
    Trouble.UNREADABLE: not_a_folder,
    Trouble.UNWRITABLE: not_writable,
    Trouble.FROZEN: lambda _, patch: patch.setattr(sys, "frozen", True, raising=False),
    Trouble.INTERPRETER: no_program,
    Trouble.NOTICE: wrong(notice=Notice("text", "https://example.com")),
    Trouble.NO_VERSION: wrong(distribution="no-such-package"),
    Trouble.CLOCK: clock_set_back,
    Trouble.MALFORMED_IDENTITY: malformed("usage.json"),
    Trouble.MALFORMED_LEDGER: malformed("usage/ledger.json"),
    Trouble.DISAGREEMENT: another_id,
    Trouble.COPIED: copied,
    Trouble.STRANGE_EVENTS: unreadable_event,
    Trouble.NEWER: newer,
    Trouble.EVIDENCE: malformed("usage.json", then_a_command=True),
    Trouble.NOT_OWNED: a_link("sent.jsonl"),
    Trouble.LOCK: a_link("sender.lock"),
    Trouble.SANDBOX: lambda _, patch: patch.setenv("CODEX_SANDBOX_NETWORK_DISABLED", "1"),
    Trouble.UNREACHABLE: lambda world, _: waits(world),
    Trouble.ACCOUNT: cloud_does_not_answer,
}


def status(shell: Shell, world: World, patch: Patch, bring_about: Situation) -> tuple[dict[str, Any], str]:
    """The status as JSON, and what people read, of a tool in this situation."""
    asked = bring_about(world, patch)
    asked = asked if isinstance(asked, Tool) else tool(world)
    shell.capsys.readouterr()
    asked.usage_main(["status", "--json"])
    content = json.loads(shell.capsys.readouterr().out)
    asked.usage_main(["status"])
    return content, " ".join(shell.capsys.readouterr().out.split())


@here
@pytest.mark.parametrize("identifier", [*SWITCHES, *CONFIGURATIONS])
def test_each_reason_for_off(shell: Shell, world: World, monkeypatch: Patch, identifier: str) -> None:
    """By its identifier for programs and its text for people."""
    content, text = status(shell, world, monkeypatch, {**SWITCHES, **CONFIGURATIONS}[identifier])
    state, headline = ("off", "Usage tracking is off: ")
    if identifier == consent.OFF_BY_LOCAL:
        state, headline = ("local", "Usage tracking is local: events are recorded here and not sent. ")
    assert (content["tracking"], content["reasons"]) == (state, [identifier])
    assert text.startswith(headline + content["reasons_text"][0])
    assert "secret@" not in text


@here
@pytest.mark.parametrize("trouble", [each for each in TROUBLES if each is not Trouble.UNWRITABLE])
def test_each_trouble(shell: Shell, world: World, monkeypatch: Patch, trouble: Trouble) -> None:
    """The same, while tracking is on."""
    content, text = status(shell, world, monkeypatch, TROUBLES[trouble])
    assert trouble.value in content["troubles"]
    assert trouble.text in text


def test_a_folder_that_cannot_be_written(world: World, monkeypatch: Patch) -> None:
    """In a process of a user whom permissions bind."""
    TROUBLES[Trouble.UNWRITABLE](world, monkeypatch)
    done = subprocess.run(
        [sys.executable, "-c", RealTool(world, {}).script(), "usage", "status", "--json"],
        preexec_fn=give_up_being_root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    world.folder.chmod(0o700)
    assert Trouble.UNWRITABLE.value in json.loads(done.stdout)["troubles"]


ANSWERS = {
    errors.UnreachableError: (
        Behaviour(takes=False, replies=False),
        "closed the connection without an answer",
    ),
    errors.NotAcceptedError: (Behaviour(takes=False, status=401), "does not accept the project token (401)"),
    errors.RefusedError: (Behaviour(takes=False, status=400), "(400)"),
}


@here
@pytest.mark.parametrize("error", ANSWERS, ids=lambda error: error.__name__)
def test_each_failure_of_a_delivery(
    shell: Shell, world: World, monkeypatch: Patch, error: type[errors.NotAcceptedError]
) -> None:
    """With its cause; and when the next attempt is, if the event waits."""
    world.receiver.posthog, says = ANSWERS[error]
    content, text = status(shell, world, monkeypatch, lambda world, _: world.run("not delivered"))
    (sink,) = content["sinks"]
    assert says in sink["last_failure"]["reason"]
    assert " ".join(sink["last_failure"]["reason"].split()) in text
    if error is errors.RefusedError:
        assert sink["dropped"] == {LossReason.REFUSED.value: 1}
    else:
        assert ("next attempt in" in text, sink["next_attempt"] is not None) == (True, True)


@here
def test_a_look_up_that_fails(shell: Shell, world: World, monkeypatch: Patch) -> None:
    """With its cause, and when the next one is."""
    content, text = status(shell, world, monkeypatch, cloud_does_not_answer)
    (sink,) = content["sinks"]
    assert (sink["undecided"], sink["next_look_up"] is not None) == (1, True)
    assert "Arcade Cloud" in sink["last_failed_look_up"]["reason"]
    assert "next look-up in" in text


@here
def test_an_sdk_that_is_not_supported(shell: Shell, world: World, monkeypatch: Patch) -> None:
    """Which one is installed, and which is needed."""
    monkeypatch.setattr(posthog.version, "VERSION", "5.4.0")
    content, text = status(shell, world, monkeypatch, wrong())
    assert "5.4.0" in content["troubles"]["sdk"]
    assert content["troubles"]["sdk"] in text


@here
def test_adapters_that_cannot_be_made(shell: Shell, world: World, monkeypatch: Patch) -> None:
    """The factory by its name."""
    content, text = status(shell, world, monkeypatch, wrong(adapters="no_such_module:adapters"))
    assert "no_such_module:adapters" in content["troubles"]["adapters"]
    assert content["troubles"]["adapters"] in text


@here
@pytest.mark.parametrize("reason", LossReason)
def test_each_reason_for_a_loss(shell: Shell, world: World, monkeypatch: Patch, reason: LossReason) -> None:
    """As a delivery counted it."""

    def bring_about(world: World, _: Patch) -> None:
        world.run("earlier")
        edit(outbox(world) / "logbook.json", losses={reason.value: 3})

    content, text = status(shell, world, monkeypatch, bring_about)
    assert content["sinks"][0]["dropped"] == {reason.value: 3}
    assert f"3 events: {reason.text}" in text


@here
def test_debugging(shell: Shell, world: World, monkeypatch: Patch) -> None:
    """On, and nothing is sent."""
    content, text = status(shell, world, monkeypatch, with_variable(consent.DEBUG_VARIABLE))
    assert (content["tracking"], content["debug"]) == ("on", True)
    assert "ARCADE_USAGE_DEBUG is set: events are shown on stderr and not sent." in text


def test_the_switches_are_all_of_the_code() -> None:
    """Each identifier that consent.py has."""
    named = {
        value for name, value in vars(consent).items() if name.startswith("OFF_") and isinstance(value, str)
    }
    assert set(SWITCHES) == named == set(consent.OFF_TEXTS)


def test_the_configurations_are_all_of_the_code() -> None:
    """Each `Reason` that configuration.py makes, also those whose identifier has an argument's name in it."""
    made = [
        ast.unparse(call.args[0])
        for call in ast.walk(ast.parse(inspect.getsource(configuration)))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Reason"
    ]
    patterns = {re.sub(r"\{\w+\}", "[a-z_]+", each.lstrip("f").strip("'\"")) for each in made}
    patterns.remove(configuration.NO_VERSION.identifier)  # a trouble: tracking is on
    used = {pattern for pattern in patterns for name in CONFIGURATIONS if re.fullmatch(pattern, name)}
    assert used == patterns
    assert all(any(re.fullmatch(pattern, name) for pattern in patterns) for name in CONFIGURATIONS)


def test_the_troubles_are_all_of_the_code() -> None:
    """Each member."""
    assert set(TROUBLES) == set(Trouble)


# What each error of the ports becomes in `status`.
BECOMES: dict[type[errors.UsageTrackingError], object] = {
    **dict.fromkeys(ANSWERS, test_each_failure_of_a_delivery),
    errors.PartlyAcceptedError: test_each_failure_of_a_delivery,  # its text, and a loss for what was refused
    errors.UnsupportedSdkError: test_an_sdk_that_is_not_supported,
    errors.AdaptersError: test_adapters_that_cannot_be_made,
    errors.LaunchError: Trouble.INTERPRETER,
    errors.StoreError: Trouble.UNREADABLE,
    errors.StoreBusyError: Trouble.LOCK,
    errors.NewerFormatError: Trouble.NEWER,
    errors.UnwantedError: consent.OFF_BY_CHOICE,
    errors.InvalidPayloadError: None,  # both ends belong to one installation: none is left to report
}


def test_the_errors_are_all_of_the_code() -> None:
    """Each class below UsageTrackingError."""
    found = {
        each
        for each in vars(errors).values()
        if inspect.isclass(each) and issubclass(each, errors.UsageTrackingError)
    }
    assert set(BECOMES) == found - {errors.UsageTrackingError}
