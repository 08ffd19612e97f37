"""An older and a newer version of the library take turns on one config folder.

The newer one is a copy of the package. Its formats have fields of its own, and later versions where a test
says so.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

import arcade_usage
from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.forks import CONSOLE, ROOT, Forks
from tests.e2e.hosts import start_of_tool
from tests.e2e.world import World

PACKAGE = Path(arcade_usage.__file__).parent
ALICE, BOB = "principal-alice", "principal-bob"
CURE = "written by a newer version of arcade-usage; update this tool"
# A tool that delivers in its own process, with its own version.
BEFORE = """
import os, pytest
from tests.e2e.deliveries import deliver_here
errors = deliver_here(pytest.MonkeyPatch())
"""
AFTER = "assert errors == []"


def make_newer(folder: Path, *, raised: bool) -> Path:
    """Put a version with fields of its own into a folder, in formats of a later version where `raised`."""
    unfinished = shutil.ignore_patterns("*.pyc.*")  # the others save compiling
    shutil.copytree(PACKAGE, folder / "arcade_usage", ignore=unfinished)
    storage = folder / "arcade_usage" / "adapters" / "storage"

    def patch(name: str, pattern: str, text: str, times: int) -> None:
        source, count = re.subn(
            pattern, text, (storage / name).read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        assert count == times, name
        (storage / name).write_text(source, encoding="utf-8")

    patch("codec.py", r'"version": version, ', '"version": version, "of_newer": {"a": 1}, ', 1)
    for name, version in (("early_record.py", "RECORD_VERSION"), ("delivery_log.py", "LOGBOOK_VERSION")):
        patch(name, rf'"version": {version},', f'"version": {version}, "of_newer": {{"a": 1}},', 1)
    if raised:
        patch("record_files.py", r"^(\w+_VERSION) = \d", r"\1 = 9", 6)
        patch("sent_json.py", r"_ALIAS_VERSION if sent.name == ALIAS_EVENT else 1\b.*", "COPY_VERSION", 1)
        patch("config_folder.py", r"^(LEDGER_VERSION) = 1\b", r"\1 = 2", 1)
    return folder


@frozen
class Version:
    """One version of the library, in the processes of a tool that has it installed."""

    world: World
    forks: Forks

    def run(self, name: str) -> None:
        self._act("", f"tracker.track_command_execution({name!r}, success=True)")

    def log_in(self, principal_id: str, name: str) -> None:
        here, stored = self.world.credentials, self.world.scratch / "stored.yaml"
        before = here.read_bytes() if here.exists() else None
        self.world.store_credentials(principal_id)
        here.replace(stored)
        if before is not None:
            here.write_bytes(before)
        between = f"os.replace({str(stored)!r}, {str(here)!r})\n"
        self._act(between, f"tracker.track_command_execution({name!r}, success=True, is_login=True)")

    def log_out(self, name: str) -> None:
        between = f"os.unlink({str(self.world.credentials)!r})\n"
        self._act(between, f"tracker.track_command_execution({name!r}, success=True, is_logout=True)")

    def console(self, *arguments: str) -> tuple[int, str]:
        """A command of `arcade-usage`: its exit code, and all that it prints, in one line."""
        done = self._python("-m", "arcade_usage.cli", *arguments, "--config-dir", str(self.world.folder))
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def _act(self, between: str, call: str) -> None:
        done = self._python("-c", f"{BEFORE}{start_of_tool(self.world)}{between}{call}\n{AFTER}")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def _python(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "COLUMNS": "400"}
        return self.forks.run(arguments, environment=environment, folder=self.world.scratch)


def importing(*folders: Path) -> Forks:
    """Has imported the version that lies in the first of these folders, and what the tests deliver with."""
    return Forks((*CONSOLE, "tests.e2e.deliveries"), tuple(map(str, (*folders, ROOT))))


def stored(world: World, *patterns: str) -> dict[str, bytes]:
    """The files of ours in the config folder whose names fit, with what they hold."""
    return {
        path.name: path.read_bytes()
        for pattern in patterns
        for path in sorted((world.folder / "usage").rglob(pattern))
    }


FORMATS = ("ledger.json", "logbook.json", "counts.json", "sink.json", "sent.jsonl")


@pytest.fixture(scope="module")
def older() -> Iterator[Forks]:
    with importing() as forks:
        yield forks


@pytest.fixture
def old(world: World, older: Forks) -> Version:
    return Version(world, older)


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Made and imported once for all tests."""
    with importing(make_newer(tmp_path_factory.mktemp("newer"), raised=True)) as forks:
        yield forks


@pytest.fixture
def new(world: World, newer: Forks) -> Version:
    return Version(world, newer)


def test_nothing_of_a_newer_version_is_lost_and_nobody_is_mixed_up(
    world: World, old: Version, new: Version
) -> None:
    """What the older version records waits for the newer one, through logins and logouts."""
    old.run("first")
    new.run("second")
    new.log_in(ALICE, "login")
    assert (world.ledger["version"], world.ledger["of_newer"]) == (2, {"a": 1})
    before, anon_id = stored(world, *FORMATS), world.anon_id

    old.run("of A")
    assert (world.linked_to(), "of A" in world.events) == (ALICE, False)
    code, out = old.console("flush")
    assert (code != 0, CURE in out) == (True, True)
    old.log_out("logout")
    assert world.anon_id != anon_id
    old.log_in(BOB, "login of B")
    old.run("of B")
    assert (set(world.events), stored(world, *FORMATS)) == ({"first", "second", "login"}, before)
    assert (world.linked_to(), len(world.waiting)) == (None, 4)

    new.run("last")
    assert (set(world.events), world.waiting) == (
        {"first", "second", "login", "of A", "logout", "login of B", "of B", "last"},
        [],
    )
    assert {world.whose[name] for name in ("first", "second", "login")} == {ALICE}
    assert BOB not in (world.whose["of A"], world.whose["logout"])
    assert ALICE not in (world.whose["login of B"], world.whose["of B"], world.whose["last"])
    assert world.ledger["of_newer"] == {"a": 1}
    world.check_invariants()


def test_status_names_what_a_newer_version_wrote(world: World, old: Version, new: Version) -> None:
    """Each file by its path, with the cure; the newer version itself has no trouble with them."""
    new.run("first")
    world.receiver.posthog = DOWN
    new.run("waits")
    code, out = old.console("status")
    assert code == 0
    for path in stored(world, *FORMATS, "*.event.json"):
        assert f"{path}: {CURE}" in out
    assert CURE not in new.console("status")[1]


@pytest.mark.parametrize("logged_in", [True, False], ids=["logged in", "anonymous"])
def test_a_logout_beside_a_newer_ledger_rotates(
    world: World, old: Version, new: Version, logged_in: bool
) -> None:
    """It can't be read that nobody was there before, so the next person gets another id in any case."""
    new.run("first")
    if logged_in:
        new.log_in(ALICE, "login")
    else:
        world.store_credentials(ALICE)
    anon_id, ledger = world.anon_id, world.ledger_path.read_bytes()
    old.log_out("logout")
    assert (world.anon_id != anon_id, world.linked_to()) == (True, None)
    assert world.ledger_path.read_bytes() == ledger


def test_no_identity_is_made_beside_a_newer_ledger(world: World, old: Version, new: Version) -> None:
    """Its first command waits, and the identity is the newer version's to make."""
    new.run("first")
    (world.folder / "usage.json").unlink()
    before = stored(world, *FORMATS)
    old.run("second")
    assert (stored(world, *FORMATS), "second" in world.events) == (before, False)
    assert not (world.folder / "usage.json").exists()
    assert [record["event"]["properties"]["command_name"] for record in world.waiting] == ["second"]


def test_a_newer_record_is_left_for_the_newer_version(world: World, old: Version, new: Version) -> None:
    """The older version sends what is its own, and not the other."""
    old.run("first")
    usage, *others = stored(world, "ledger.json", "logbook.json", "counts.json").items()
    world.receiver.posthog = DOWN
    new.run("of newer")
    record = stored(world, "*.event.json")
    for name, content in (usage, *others):  # only the record is newer
        next((world.folder / "usage").rglob(name)).write_bytes(content)
    world.receiver.posthog = WELL
    old.run("second")
    assert ("second" in world.events, stored(world, "*.event.json")) == (True, record)
    new.console("flush")
    assert ("of newer" in world.events, world.waiting) == (True, [])


def test_off_drops_what_waits_of_any_version(world: World, old: Version, new: Version) -> None:
    """Off means off, counts included; the newer version's ledger, logbook and copies stay."""
    new.run("first")
    world.receiver.posthog = DOWN
    new.run("waits")
    before = stored(world, *FORMATS)
    assert old.console("off")[0] == 0
    del before["counts.json"]
    assert (world.waiting, stored(world, *FORMATS)) == ([], before)
    assert new.console("on")[0] == 0


def test_forget_names_what_a_newer_version_has_to_erase(world: World, old: Version, new: Version) -> None:
    """No id is erased that can't be printed: identity and logbook stay, and it says so."""
    new.log_in(ALICE, "login")
    before, usage = stored(world, "ledger.json", "logbook.json"), world.usage
    code, out = old.console("forget", "--yes")
    assert (code, out.count(CURE)) == (1, 2)
    assert (stored(world, "ledger.json", "logbook.json"), world.usage) == (before, usage)
    assert new.console("forget", "--yes")[0] == 0
    assert not (world.folder / "usage.json").exists()


def test_fields_of_a_newer_version_outlast_the_older_ones_writes(world: World, old: Version) -> None:
    """In the same version of a format: in the ledger, in the logbook, in a record that gets its verdict."""
    with importing(make_newer(world.scratch / "newer", raised=False)) as forks:
        new = Version(world, forks)
        new.log_in(ALICE, "login")
        world.store_credentials(ALICE, version=2)
        world.receiver.cloud = world.receiver.posthog = DOWN
        new.run("second")
    (record,) = world.waiting
    assert record["attribution"] is None
    world.receiver.cloud = WELL
    old.console("flush")
    (decided,) = world.waiting
    assert (decided["attribution"] is not None, decided["of_newer"]) == (True, {"a": 1})
    assert decided == {**record, "attribution": decided["attribution"]}
    world.receiver.posthog = WELL
    old.console("flush")
    assert (world.linked_to(), world.waiting, world.ledger["claim"]) == (ALICE, [], ALICE)
    assert world.ledger["of_newer"] == {"a": 1}
    assert all(b'"of_newer"' in content for content in stored(world, "logbook.json", "counts.json").values())

    old.log_out("logout")
    assert "of_newer" not in world.ledger, "what is said of an id ends with it"
    world.check_invariants()
