"""What this machine tells of itself, and what redaction is told to hide of it."""

import getpass
import importlib.metadata
import os
import platform
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.machine.runtime_info import UNKNOWN_VERSION, local_redactor, read_runtime


def _uname(name: str) -> os.uname_result:
    return os.uname_result(("Linux", name, "6.1", "#1", "x86_64"))


class TestRuntime:
    """The runtime that events name."""

    def test_it_is_this_one(self) -> None:
        """Python and system are those that the host runs on."""
        runtime = read_runtime("attrs", {})
        assert runtime.runtime_version == platform.python_version()
        assert (runtime.os_type, runtime.os_release) == (platform.system(), platform.release())

    def test_the_version_is_that_of_the_host_s_distribution(self) -> None:
        """The version is looked up by the distribution's name, however it is spelled."""
        version = importlib.metadata.version("hypothesis")
        assert [read_runtime(name, {}).cli_version for name in ("hypothesis", "Hypothesis")] == [version] * 2

    @pytest.mark.parametrize(
        "name", ["", " ", "no-such-distribution", "../../etc/passwd", "a\nb", "☃", "x" * 5000]
    )
    def test_a_distribution_that_is_none_is_of_no_known_version(self, name: str) -> None:
        """A tool that is not installed, or says a wrong name, is no reason to lose its events."""
        assert read_runtime(name, {}).cli_version == UNKNOWN_VERSION

    @pytest.mark.parametrize("metadata", [None, "Name: broken\n"], ids=["no metadata", "no version"])
    def test_a_damaged_egg_is_of_no_known_version(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metadata: str | None
    ) -> None:
        """What an update that was cut short left behind is no reason to lose events either."""
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
        """Where Python looks first, by whatever spelling of the name; nothing has to be imported for it."""
        (tmp_path / folder).mkdir()
        (tmp_path / "some_tool_else-3.dist-info").mkdir()
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setitem(sys.modules, "importlib.metadata", None)
        assert read_runtime("some-tool", {}).cli_version == "1.2"

    def test_an_egg_is_asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was installed in another way than by a wheel says its version as importlib.metadata reads it."""
        folder = tmp_path / "some_tool.egg-info"
        folder.mkdir()
        (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: some-tool\nVersion: 4.5\n")
        monkeypatch.syspath_prepend(tmp_path)
        assert read_runtime("some-tool", {}).cli_version == "4.5"

    def test_what_is_no_folder_is_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Archives, folders that are gone, and what hosts put among the places to import from."""
        version = importlib.metadata.version("hypothesis")
        monkeypatch.setattr(sys, "path", ["", "/nowhere", __file__, 3, None, *sys.path])
        assert read_runtime("hypothesis", {}).cli_version == version

    @pytest.mark.parametrize("value", ["true", "1", "True", "yes", "woodpecker", " true "])
    def test_a_ci_says_so(self, value: str) -> None:
        """Any value of the CI variable but a no is a yes."""
        assert read_runtime("attrs", {"CI": value}).is_ci

    @pytest.mark.parametrize("value", [None, "", "0", "false", "False", "no", "OFF", " "])
    def test_anything_else_is_a_person(self, value: str | None) -> None:
        """Not set, empty and no mean that a person is there."""
        assert not read_runtime("attrs", {} if value is None else {"CI": value}).is_ci


class TestRedactor:
    """The redactor that knows this user."""

    def test_the_home_folder_is_a_tilde(self, tmp_path: Path) -> None:
        """The home of the environment, and what it leads to, are hidden."""
        home, link = tmp_path / "real", tmp_path / "link"
        link.symlink_to(home)
        redact = local_redactor({"HOME": str(link)})
        assert redact(f"no file {link}/x and {home}/y") == "no file ~/x and ~/y"

    def test_a_home_in_another_is_hidden_first(self, tmp_path: Path) -> None:
        """Of two homes, one within the other, nothing of the inner one's path is left."""
        inner = tmp_path / "home" / "inner"
        inner.mkdir()
        redact = local_redactor({"HOME": str(inner.parent), "USERPROFILE": str(inner)})
        assert redact(f"{inner}/x {inner.parent}/y") == "~/x ~/y"

    @pytest.mark.parametrize("variable", ["USER", "LOGNAME", "USERNAME"])
    def test_the_user_s_name_is_hidden(self, variable: str) -> None:
        """A name that the environment says is in no text afterwards."""
        assert "gwendolen" not in local_redactor({variable: "gwendolen"})("cannot find gwendolen here")

    def test_the_name_that_the_system_knows_is_hidden(self, mocker: MockerFixture) -> None:
        """Without any variable the system is asked."""
        mocker.patch.object(getpass, "getuser", return_value="gwendolen")
        assert "gwendolen" not in local_redactor({})("cannot find gwendolen here")

    def test_the_machine_s_name_is_hidden(self, mocker: MockerFixture) -> None:
        """With and without its domain."""
        mocker.patch.object(os, "uname", return_value=_uname("gwendolens-laptop.example.com"))
        redacted = local_redactor({})("lost gwendolens-laptop.example.com and gwendolens-laptop")
        assert "gwendolens" not in redacted

    @pytest.mark.parametrize("error", [KeyError("uid"), OSError("no user"), ImportError("pwd")])
    def test_a_system_without_names_is_no_obstacle(self, mocker: MockerFixture, error: Exception) -> None:
        """A container without a user database, or without a name, redacts what it can."""
        mocker.patch.object(getpass, "getuser", side_effect=error)
        mocker.patch.object(os, "uname", side_effect=OSError("no name"))
        assert local_redactor({})("plain text") == "plain text"

    @pytest.mark.parametrize("home", ["", "/", ".", "relative"])
    def test_a_home_that_is_everywhere_is_not_hidden(self, home: str) -> None:
        """A home that is the root, or none, would hide every path."""
        assert local_redactor({"HOME": home, "USERPROFILE": home})("open /usr/bin/x") == "open /usr/bin/x"
