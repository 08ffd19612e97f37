"""`arcade-usage demo`: what a user sees of it, that it notices what goes wrong, and that it leaves nothing."""

import io
import json
import os
import signal
import subprocess
import sys
import urllib.request
from functools import reduce
from pathlib import Path

import pytest
from rich.console import Console

from arcade_usage import cli
from arcade_usage.demo import performance
from arcade_usage.demo.oracle import SERIAL, Fault, judge_endings
from arcade_usage.demo.people import ADA, BEN, PEOPLE, Person
from arcade_usage.demo.performance import passed
from arcade_usage.demo.story import STORY, Act, Chapter, Command, Step
from arcade_usage.demo.world import PROJECT, World
from arcade_usage.domain.persons import PERSONLESS, IngestedEvent, Persons, make_alias
from arcade_usage.domain.properties import SUCCEEDED

DEMO = [sys.executable, "-m", "arcade_usage.cli", "demo"]
TRACKING_OFF = {"ARCADE_USAGE_TRACKING": "0", "DO_NOT_TRACK": "1", "CI": "true"}
NOWHERE = "http://127.0.0.1:9"  # the discard port: a proxy that answers nothing
PROXIED = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"), NOWHERE)
ANON, OTHER_ANON = "11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"


def environment(temporary: Path) -> dict[str, str]:
    """That of a user who has tracking turned off and a proxy that does not work."""
    inherited = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    return {**inherited, **folders, **TRACKING_OFF, **PROXIED, "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def performed(temporary: Path) -> subprocess.CompletedProcess[str]:
    """One run of the demo, in a pipe."""
    return subprocess.run(
        DEMO, env=environment(temporary), capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def test_every_event_ends_up_with_the_right_person(performed: subprocess.CompletedProcess[str]) -> None:
    """The demo exits with 0 and says that every event is attributed correctly, where tracking is off and the proxy is broken."""
    commands = [command for chapter in STORY for step in chapter.steps for command in step.commands]
    assert performed.stderr == ""
    assert (
        f"{len(commands)} events, {len(PEOPLE)} people, none attributed to the wrong person."
        in performed.stdout
    )
    assert performed.returncode == 0


def test_it_is_plain_in_a_pipe(performed: subprocess.CompletedProcess[str]) -> None:
    """What goes into a pipe has no control sequence, and no line over 80 columns or with blanks at its end."""
    assert not {"\x1b", "\r"} & set(performed.stdout)
    lines = performed.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line != line.rstrip()] == []


def test_it_tells_every_step_and_every_person(performed: subprocess.CompletedProcess[str]) -> None:
    """Each step of the story is shown, and in the end each person with their commands, and the unattributable ones."""
    story, endings = performed.stdout.split("Final attribution")
    for chapter in STORY:
        assert all(title in story for title in (chapter.title, *(step.title for step in chapter.steps)))
    first_words = {line.split(" ")[0] for line in endings.splitlines()}
    assert {person.name for person in PEOPLE} | {"none"} <= first_words


def test_it_shows_the_stitching_and_the_redaction(performed: subprocess.CompletedProcess[str]) -> None:
    """A login shows what it stitched, and an error message is shown as it was sent: without what is private."""
    assert "stitched" in performed.stdout
    assert "~/agents/mail.py" in performed.stdout
    assert "ada@example.com" not in performed.stdout


@pytest.mark.usefixtures("performed")
def test_it_removes_what_it_made(temporary: Path) -> None:
    """The temporary folder is empty again."""
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """Interrupted in the middle of a step, it ends as a failure, and its folder is gone."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    running = subprocess.Popen(
        DEMO, env=environment(temporary), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    with running:
        assert running.stdout is not None
        while STORY[0].steps[0].title not in running.stdout.readline():
            assert running.poll() is None
        assert list(temporary.iterdir()) != []
        running.send_signal(number)
        _, complaints = running.communicate(timeout=120)
    assert running.returncode not in (0, None)
    assert "Traceback" not in complaints
    assert list(temporary.iterdir()) == []


def test_a_mix_up_makes_it_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An event that ended up with another person is named, the exit code is 1, the environment as before.

    No tracker could know: one person uses the other's login.
    """
    logs_in = Step("Ada logs in", "As herself.", (Command("login", ADA),))
    borrows = Step("Ben uses her login", "Unnoticed.", (Command("chat", BEN),))
    monkeypatch.setattr(performance, "STORY", (Chapter("Borrowed", (logs_in, borrows)),))
    monkeypatch.setattr(sys, "argv", ["arcade-usage", "demo"])
    monkeypatch.setenv("ARCADE_USAGE_TRACKING", "0")
    before = dict(os.environ)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    shown = capsys.readouterr().out
    assert ended.value.code == 1
    assert "1 of 2 events are wrong:" in shown
    assert "step 2: chat, run by Ben: attributed to another person" in shown
    assert dict(os.environ) == before


def test_a_fault_in_the_next_person_store_makes_it_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases in the seed's direction are right in today's store; the next one does not stitch a returning user."""

    def play(_: Console, world: World) -> list[Act]:
        attached: dict[str, object] = {"alias": A}
        aliases = [
            IngestedEvent("$create_alias", anon_id, anon_id, "", attached) for anon_id in (ANON, OTHER_ANON)
        ]
        events = [sent(1, ANON), aliases[0], sent(2, A), sent(3, OTHER_ANON), aliases[1]]
        batch = [
            {
                "event": each.name,
                "distinct_id": each.distinct_id,
                "uuid": each.uuid,
                "timestamp": "2026-11-01T12:00:00+00:00",
                "properties": each.properties,
            }
            for each in events
        ]
        body = json.dumps({"api_key": PROJECT, "batch": batch}).encode()
        urllib.request.urlopen(f"{world.receiver.url}/batch/", body, timeout=10).close()
        return [act(serial, ADA) for serial in (1, 2, 3)]

    monkeypatch.setattr(performance, "_play", play)
    shown = io.StringIO()
    assert not performance.perform(Console(file=shown, width=100))
    today, later = shown.getvalue().split("In PostHog's next person store:")
    assert "none attributed to the wrong person." in today
    assert "1 of 3 events are wrong:" in later
    assert "step 3: chat, run by Ada: anonymous, but should be attributed" in later


def act(serial: int, person: Person, *, provable: bool = True) -> Act:
    return Act(serial, step=serial, command=Command("chat", person, provable))


def sent(serial: int, distinct_id: str, uuid: str = "") -> IngestedEvent:
    """The event of an act; as the library does it, an anonymous one makes no profile."""
    mark: dict[str, object] = {PERSONLESS: False} if distinct_id in (ANON, OTHER_ANON) else {}
    uuid = uuid or f"of act {serial}"
    return IngestedEvent(SUCCEEDED, distinct_id, uuid, "2026-11-01", {SERIAL: serial} | mark)


A, B = ADA.principal_id, BEN.principal_id
BOTH = [act(1, ADA), act(2, BEN)]
UNPROVABLE = [act(1, ADA, provable=False), act(2, BEN, provable=False)]


@pytest.mark.parametrize(
    ("acts", "arrived", "faults"),
    [
        pytest.param(BOTH, [sent(1, A), sent(2, B)], [None, None], id="as themselves"),
        pytest.param(BOTH, [sent(1, ANON), make_alias(ANON, A), sent(2, B)], [None, None], id="stitched"),
        pytest.param(UNPROVABLE, [sent(1, ANON), sent(2, OTHER_ANON)], [None, None], id="kept apart"),
        pytest.param(BOTH, [], [Fault.LOST, Fault.LOST], id="nothing arrived"),
        pytest.param(BOTH, [sent(1, A), sent(1, A, "again"), sent(2, B)], [Fault.DOUBLED, None], id="twice"),
        pytest.param(BOTH, [sent(1, A), sent(2, A)], [None, Fault.MIXED_UP], id="as another person"),
        pytest.param(
            BOTH, [sent(1, ANON), sent(2, ANON), make_alias(ANON, B)], [Fault.MIXED_UP, None], id="stitched to another"
        ),
        pytest.param(
            UNPROVABLE, [sent(1, ANON), sent(2, ANON)], [Fault.MIXED_UP, Fault.MIXED_UP], id="one anonymous id for two"
        ),
        pytest.param(
            BOTH, [sent(1, ANON), make_alias(ANON, A), make_alias(ANON, B), sent(2, B)], [Fault.SHARED, Fault.SHARED], id="one profile for two"
        ),
        pytest.param(BOTH, [sent(1, ANON), sent(2, B)], [Fault.NOT_STITCHED, None], id="not stitched"),
    ],
)  # fmt: skip
def test_the_oracle_knows_right_from_wrong(
    acts: list[Act], arrived: list[IngestedEvent], faults: list[Fault | None]
) -> None:
    """An event is right with the person who ran the command, or, where that is unknown, with no other person."""
    endings = judge_endings(acts, reduce(Persons.ingest, arrived, Persons()))
    assert [ending.fault for ending in endings] == faults
    assert passed(endings) == (faults == [None, None])


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_it_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the command line's framework there is one clear line on stderr and exit code 1."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    complaint = capsys.readouterr().err
    assert ended.value.code == 1
    assert complaint.endswith("pip install 'arcade-usage[cli]'\n")
    assert complaint.count("\n") == 1


def test_a_host_can_mount_the_app() -> None:
    """`arcade_usage.cli.app` is a group that has the commands, and stays the same object."""
    assert cli.app.registered_commands
    assert cli.app is cli.app
