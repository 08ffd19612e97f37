"""Several users at one machine: what belongs to another one is neither used nor touched, and is named."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import define

from arcade_usage.demo.receiver import DOWN, WELL, Receiver
from arcade_usage.domain.persons import Persons
from tests.e2e.foreign_entries import Seen, look
from tests.e2e.users import ALICE, MALLORY, User, can_be_others, importing_once, make_home
from tests.e2e.world import TOKEN

pytestmark = can_be_others

EVERYTHING = (("status",), ("show",), ("log",), ("flush",), ("off",), ("on",), ("forget", "--yes"))


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """One for all, since what waits in a folder is for an address."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module", autouse=True)
def users() -> Iterator[None]:
    """What they run has been imported once."""
    with importing_once():
        yield


@pytest.fixture(autouse=True)
def forgetful(receiver: Receiver) -> None:
    """Nobody knows of the test before."""
    receiver.posthog = WELL
    receiver.requests.clear()
    receiver.persons.clear()


@pytest.fixture
def machine() -> Iterator[Path]:
    """A folder of root's that every user gets to."""
    with _machine() as folder:
        yield folder


@contextmanager
def _machine() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="arcade-usage-users-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def home(machine: Path) -> Path:
    return make_home(machine, ALICE)


@pytest.fixture
def alice(home: Path) -> User:
    return User(ALICE, {"HOME": str(home)})


@define
class Lived:
    """Alice's home after one event was sent and one waits. `persons`: what PostHog knew by then.

    Made once, and put back: its folder stays the same one, or it would be another installation.
    """

    home: Path
    kept: Path
    persons: dict[str, Persons]

    def put_back(self) -> None:
        folder = self.home / ".arcade"
        shutil.rmtree(folder / "usage")
        for path in folder.iterdir():
            path.unlink()
        shutil.copytree(self.kept, folder, dirs_exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, ALICE, ALICE)


@pytest.fixture(scope="module")
def lived(receiver: Receiver) -> Iterator[Lived]:
    with _machine() as machine:
        home = make_home(machine, ALICE)
        alice = User(ALICE, {"HOME": str(home)})
        receiver.posthog = WELL
        receiver.persons.clear()
        alice.runs(receiver.url, "first")
        receiver.posthog = DOWN
        alice.runs(receiver.url, "waits")
        shutil.copytree(home / ".arcade", machine / "kept")
        yield Lived(home, machine / "kept", dict(receiver.persons))


def names(receiver: Receiver) -> list[str]:
    """Of the commands that PostHog took in."""
    return [str(event.properties["command_name"]) for event in receiver.events(TOKEN)]


def seen(folder: Path) -> Seen:
    return look([folder])


class TestRootInAHome:
    """`sudo -E`: root's effective user, and HOME of a user."""

    def test_root_writes_nothing_and_the_user_is_tracked_later(
        self, alice: User, home: Path, receiver: Receiver
    ) -> None:
        """`status` names the home and its owner; the user's own first command makes the folder."""
        root = User(0, {"HOME": str(home)})
        before = seen(home)
        root.runs(receiver.url, "as root")
        answer = root.asks("status")
        assert seen(home) == before
        assert receiver.requests == []
        assert answer.returncode != 0
        assert f"{home} belongs to user {ALICE}, not to root: run this as user {ALICE}" in answer.stdout
        alice.runs(receiver.url, "first")
        assert names(receiver) == ["first"]
        assert (home / ".arcade").stat().st_uid == ALICE

    def test_no_command_of_root_s_touches_the_user_s_folder(self, lived: Lived, receiver: Receiver) -> None:
        """Nothing is changed, nor sent, and a line says why."""
        lived.put_back()
        root, before = User(0, {"HOME": str(lived.home)}), seen(lived.home)
        for done in root.asks_all(*EVERYTHING):
            assert f"belongs to user {ALICE}" in done.stdout + done.stderr, done.args
        assert (seen(lived.home), receiver.requests) == (before, [])


class TestWhatRootLeftBehind:
    """A user's folder in which root once wrote."""

    @pytest.fixture
    def home(self, lived: Lived, receiver: Receiver) -> Path:
        lived.put_back()
        receiver.persons.update(lived.persons)
        receiver.posthog = DOWN
        return lived.home

    @pytest.fixture
    def folder(self, home: Path) -> Path:
        """One event was sent, and one waits."""
        return home / ".arcade" / "usage"

    @pytest.fixture
    def outbox(self, folder: Path) -> Path:
        return next(folder.glob("outbox/*"))

    def give_to_root(self, *paths: Path) -> Seen:
        for path in paths:
            if not path.exists():
                path.touch()
            path.chmod(0o700 if path.is_dir() else 0o600)
            os.chown(path, 0, 0)
        return look(paths)

    WHAT = ("ledger.json", "identity.lock", "outbox/*/logbook.json", "outbox/*/sender.lock",
            "outbox/*/*.event.json", "outbox/*/sent.jsonl", "outbox/*")  # fmt: skip

    @pytest.mark.parametrize("what", WHAT)
    def test_status_and_log_name_it_and_off_is_stored(self, alice: User, folder: Path, what: str) -> None:
        """With its path, its owner and the cure; what can be read is shown, what waits and is hers is dropped."""
        (path,) = folder.glob(what)
        before = self.give_to_root(path)
        looked, stock, log, done, answer, on = alice.asks_all(
            ("status",), ("status", "--json"), ("log",), ("off",), ("status",), ("on",)
        )
        assert f"{path} belongs to root, not to user {ALICE}: take it back (sudo chown" in looked.stdout
        assert any(str(path) in each for each in json.loads(stock.stdout)["not_owned"])
        if what in ("outbox/*/sent.jsonl", "outbox/*"):
            assert log.returncode == 1
            assert f"{path} belongs to root" in log.stderr
        else:
            assert (log.returncode, log.stderr) == (0, "")
            assert "first" in log.stdout
        assert "Usage tracking is off." in done.stdout
        assert "you turned it off" in " ".join(answer.stdout.split())
        if what in ("outbox/*/*.event.json", "outbox/*"):
            assert done.returncode == 1
            assert f"{path} belongs to root, not to user {ALICE}: take it back" in done.stderr
        else:
            assert (done.returncode, list(folder.glob("outbox/*/*.event.json"))) == (0, [])
        assert on.returncode == 0
        assert not (folder / "off").exists()
        assert look([path]) == before

    @pytest.mark.parametrize("what", WHAT)
    def test_forget_erases_what_it_can_and_names_the_rest(
        self, alice: User, folder: Path, home: Path, what: str
    ) -> None:
        """An id is left only where root's file has it."""
        anon_id = json.loads((home / ".arcade" / "usage.json").read_text())["anon_id"].encode()
        (path,) = folder.glob(what)
        before = self.give_to_root(path)
        done = alice.asks("forget", "--yes")
        assert look([path]) == before
        if "lock" in what:
            assert (done.returncode, done.stderr) == (0, "")
        else:
            assert done.returncode == 1
            assert f"{path} belongs to root, not to user {ALICE}: take it back" in done.stderr
        left = {
            each for each in (home / ".arcade").rglob("*") if each.is_file() and anon_id in each.read_bytes()
        }
        if what == "ledger.json":
            assert "the identity can't be read" in done.stderr
            left -= {home / ".arcade" / "usage.json"}
        assert {each for each in left if path not in (each, *each.parents)} == set()

    def test_one_outbox_does_not_stop_the_others(
        self, alice: User, folder: Path, outbox: Path, receiver: Receiver
    ) -> None:
        """What can be delivered is; what can be dropped is."""
        theirs = folder / "outbox" / "0123456789abcdef"
        theirs.mkdir()
        self.give_to_root(theirs)
        receiver.posthog = WELL
        flushed = alice.asks("flush")
        assert set(names(receiver)) == {"first", "waits"}
        assert str(theirs) in flushed.stderr
        receiver.posthog = DOWN
        alice.runs(receiver.url, "waits again")
        assert list(outbox.glob("*.event.json"))
        assert alice.asks("off", "--json").returncode == 1
        assert not list(outbox.glob("*.event.json"))


class TestAnotherUsersFolder:
    """A config folder in a folder that another user owns, with all that they could plant there."""

    @pytest.fixture
    def planted(self, machine: Path, receiver: Receiver) -> Path:
        """What mallory's own tool made in a folder of hers, made readable to all; and a link and a pipe."""
        home = make_home(machine, MALLORY)
        work = home / "work"
        mallory = User(MALLORY, {"HOME": str(home), "ARCADE_WORK_DIR": str(work)})
        receiver.posthog = DOWN
        mallory.runs(receiver.url, "of mallory")
        receiver.posthog = WELL
        outbox = next(work.glob("usage/outbox/*"))
        (outbox / "sent.jsonl").symlink_to(machine / "of-alice")
        os.mkfifo(work / "usage" / "malformed")
        for path in (home, *home.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o777 if path.is_dir() else 0o666)
        return work

    @pytest.mark.parametrize("whose", [MALLORY, ALICE], ids=["theirs", "given to the user"])
    @pytest.mark.parametrize("victim", [ALICE, 0], ids=["a user", "root"])
    def test_nothing_there_is_read_sent_or_written(
        self, planted: Path, machine: Path, receiver: Receiver, victim: int, whose: int
    ) -> None:
        """Neither by a command nor by any of ours; `flush` posts nowhere."""
        os.chown(planted, whose, whose)
        receiver.requests.clear()
        user = User(victim, {"HOME": str(machine), "ARCADE_WORK_DIR": str(planted)})
        before = seen(machine)
        user.runs(receiver.url, "of the victim")
        for done in user.asks_all(*EVERYTHING):
            assert done.returncode in (1, 3), done
            assert re.search("belongs to|can be written by", done.stdout + done.stderr), done
        assert seen(machine) == before
        assert receiver.requests == []


@pytest.mark.parametrize("where", ["a sticky folder", "a home"])
def test_another_users_link_leads_nowhere(alice: User, home: Path, machine: Path, where: str) -> None:
    """Not even to a folder of the user's own: it would choose in which one of them we write."""
    theirs = make_home(machine, MALLORY)
    theirs.chmod(0o1777 if where == "a sticky folder" else 0o755)
    os.chown(theirs, 0 if where == "a sticky folder" else MALLORY, 0)
    (theirs / ".arcade").symlink_to(home)
    os.chown(theirs / ".arcade", MALLORY, MALLORY, follow_symlinks=False)
    victims = (
        User(ALICE, {"HOME": str(theirs)}),
        User(ALICE, {**alice.variables, "ARCADE_WORK_DIR": f"{theirs}/.arcade"}),
    )
    before = seen(machine)
    for victim in victims:
        victim.runs("http://127.0.0.1:9", "of the victim")
        for done in victim.asks_all(*EVERYTHING):
            assert done.returncode in (1, 3), done
            assert f"belongs to user {MALLORY}" in done.stdout + done.stderr, done
    assert seen(machine) == before


@pytest.mark.parametrize("home", ["$HOME", "C:\\Users\\me", ".", "", "a/b", "~"])
def test_a_home_that_is_no_absolute_path_is_none(receiver: Receiver, home: str, tmp_path: Path) -> None:
    """No folder appears anywhere, and `status` says that there is none."""
    root = User(0, {"HOME": home})
    before = look([tmp_path])
    root.runs(receiver.url, "homeless")
    if home in ("$HOME", ""):  # a command starts slowly, and both ends find the folder by the same function
        answer = root.asks("status")
        assert answer.returncode != 0
        assert "there is no config folder" in answer.stdout + answer.stderr
    assert (look([tmp_path]), receiver.requests) == (before, [])
