"""Runtime facts of this machine, and the names that redaction hides."""

import importlib.metadata
import os
import platform
import pwd
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.machine.runtime_facts import UNKNOWN_VERSION, are_at_hand
from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
from arcade_usage.domain.consent import CI_SYSTEMS


def _uname(name: str) -> os.uname_result:
    return os.uname_result(("Linux", name, "6.1", "#1", "x86_64"))


class TestRuntime:
    """The runtime facts in events."""

    def test_it_is_this_one(self) -> None:
        """Python and system are those of the tool."""
        runtime = read_runtime("attrs", {})
        assert runtime.runtime_version == platform.python_version()
        assert (runtime.os_type, runtime.os_release) == (platform.system(), platform.release())
        assert runtime.arch == platform.machine()

    def test_the_version_is_that_of_the_tool_s_distribution(self) -> None:
        """The version is that of the tool's distribution, in any spelling of its name."""
        version = importlib.metadata.version("hypothesis")
        assert [read_runtime(name, {}).cli_version for name in ("hypothesis", "Hypothesis")] == [version] * 2

    @pytest.mark.parametrize(
        "name", ["", " ", "no-such-distribution", "../../etc/passwd", "a\nb", "☃", "x" * 5000]
    )
    def test_a_distribution_that_is_none_is_of_no_known_version(self, name: str) -> None:
        """A distribution that is not installed has no version; the event is not lost."""
        assert read_runtime(name, {}).cli_version == UNKNOWN_VERSION

    @pytest.mark.parametrize("metadata", [None, "Name: broken\n"], ids=["no metadata", "no version"])
    def test_a_damaged_egg_is_of_no_known_version(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metadata: str | None
    ) -> None:
        """Damaged metadata has no version; the event is not lost."""
        folder = tmp_path / "broken.egg-info"
        folder.mkdir()
        if metadata is not None:
            (folder / "PKG-INFO").write_text(metadata)
        monkeypatch.syspath_prepend(tmp_path)
        assert read_runtime("broken", {}).cli_version == UNKNOWN_VERSION

    @pytest.mark.parametrize("folder", ["Some.Tool-1.2.dist-info", "some_tool-1.2.dist-info"])
    def test_the_folder_of_the_installation_tells(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
    ) -> None:
        """The dist-info folder's name has the version, in any spelling, without importlib.metadata."""
        (tmp_path / folder).mkdir()
        (tmp_path / "some_tool_else-3.dist-info").mkdir()
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setitem(sys.modules, "importlib.metadata", None)
        assert read_runtime("some-tool", {}).cli_version == "1.2"

    def test_an_egg_is_asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Other installations are read by importlib.metadata."""
        folder = tmp_path / "some_tool.egg-info"
        folder.mkdir()
        (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: some-tool\nVersion: 4.5\n")
        monkeypatch.syspath_prepend(tmp_path)
        assert read_runtime("some-tool", {}).cli_version == "4.5"

    def test_what_is_no_folder_is_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Archives, missing folders and other values in sys.path are skipped."""
        version = importlib.metadata.version("hypothesis")
        monkeypatch.setattr(sys, "path", ["", "/nowhere", __file__, 3, None, *sys.path])
        assert read_runtime("hypothesis", {}).cli_version == version

    @pytest.mark.parametrize("value", ["true", "1", "True", "yes", "woodpecker", " true "])
    def test_a_ci_says_so(self, value: str) -> None:
        """Each value of CI except "no" values means a CI."""
        assert read_runtime("attrs", {"CI": value}).is_ci

    @pytest.mark.parametrize("name", CI_SYSTEMS)
    def test_a_ci_system_says_so(self, name: str) -> None:
        """Each usual system is known by its own variable, unless CI says that it is none."""
        assert read_runtime("attrs", {name: "https://ci.example"}).is_ci
        assert not read_runtime("attrs", {name: "true", "CI": "false"}).is_ci
        assert not read_runtime("attrs", {name: ""}).is_ci

    def test_the_agent_is_the_environment_s(self) -> None:
        """The variables of a delivery process are those of its tool."""
        assert read_runtime("attrs", {"CODEX_SANDBOX": "seatbelt"}).agent == "codex"
        assert read_runtime("attrs", {"AI_AGENT": "codex", "CLAUDECODE": "1"}).agent is None

    @pytest.mark.parametrize("value", [None, "", "0", "false", "False", "no", "OFF", " "])
    def test_anything_else_is_a_person(self, value: str | None) -> None:
        """CI unset, empty or "no" means a person."""
        assert not read_runtime("attrs", {} if value is None else {"CI": value}).is_ci


class TestRedactor:
    """The redactor for this user."""

    def test_the_home_folder_is_a_tilde(self, tmp_path: Path) -> None:
        """The home in the environment and its resolved path are hidden."""
        home, link = tmp_path / "real", tmp_path / "link"
        link.symlink_to(home)
        redact = local_redactor({"HOME": str(link)})
        assert redact(f"no file {link}/x and {home}/y") == "no file ~/x and ~/y"

    def test_a_home_in_another_is_hidden_first(self, tmp_path: Path) -> None:
        """Of nested homes, no part of the inner path is left."""
        inner = tmp_path / "home" / "inner"
        inner.mkdir()
        redact = local_redactor({"HOME": str(inner.parent), "USERPROFILE": str(inner)})
        assert redact(f"{inner}/x {inner.parent}/y") == "~/x ~/y"

    @pytest.mark.parametrize("variable", ["USER", "LOGNAME", "LNAME", "USERNAME"])
    def test_the_user_s_name_is_hidden(self, variable: str) -> None:
        """A user name in the environment is hidden."""
        assert "gwendolen" not in local_redactor({variable: "gwendolen"})("cannot find gwendolen here")

    def test_the_name_that_the_system_knows_is_hidden(self, mocker: MockerFixture) -> None:
        """Without a variable, the system's user name is hidden."""
        mocker.patch.object(pwd, "getpwuid", return_value=mocker.Mock(pw_name="gwendolen"))
        assert "gwendolen" not in local_redactor({})("cannot find gwendolen here")

    def test_the_machine_s_name_is_hidden(self, mocker: MockerFixture) -> None:
        """The machine's name is hidden, with and without its domain."""
        mocker.patch.object(os, "uname", return_value=_uname("gwendolens-laptop.example.com"))
        redacted = local_redactor({})("lost gwendolens-laptop.example.com and gwendolens-laptop")
        assert "gwendolens" not in redacted

    @pytest.mark.parametrize("error", [KeyError("uid"), OSError("no user"), ImportError("pwd")])
    def test_a_system_without_names_is_no_obstacle(self, mocker: MockerFixture, error: Exception) -> None:
        """Without a user database or a machine name, redaction works."""
        mocker.patch.object(pwd, "getpwuid", side_effect=error)
        mocker.patch.object(os, "uname", side_effect=OSError("no name"))
        assert local_redactor({})("plain text") == "plain text"

    @pytest.mark.parametrize("home", ["", "/", ".", "relative"])
    def test_a_home_that_is_everywhere_is_not_hidden(self, home: str) -> None:
        """A home of "/" or none is not hidden, since it would match each path."""
        assert local_redactor({"HOME": home, "USERPROFILE": home})("open /usr/bin/x") == "open /usr/bin/x"


@pytest.mark.parametrize(
    ("user", "environment", "expected"),
    [
        (1000, {"USER": "alice"}, True),
        (1000, {"LOGNAME": "alice", "USER": ""}, True),
        (1000, {"USER": "", "HOME": "/home/alice"}, False),
        (0, {}, True),
    ],
)
def test_the_user_is_known_without_a_server(
    mocker: MockerFixture, user: int, environment: dict[str, str], expected: bool
) -> None:
    """By a variable, or as root; else the name is in the user database, which a command does not ask."""
    mocker.patch("os.geteuid", return_value=user)
    assert are_at_hand(environment) is expected


def test_where_facts_take_slow_modules_they_are_not_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where there is no uname()."""
    monkeypatch.delattr(os, "uname")
    assert not are_at_hand({"USER": "alice"})
