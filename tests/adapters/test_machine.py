"""The installation's fingerprint: stable here, different elsewhere, and a hash that reveals nothing."""

import contextlib
import ctypes
import hashlib
import re
import shutil
import socket
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_mock import MockerFixture

from arcade_usage.adapters.machine import installation as machine
from arcade_usage.adapters.machine.installation import FolderInstallation

MACHINE_ID, OTHER_MACHINE_ID = "3f1c0a7e5b9d4c2e8a6f0b1d2c3e4f5a", "ffffffffffffffffffffffffffffffff"

HOST = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
ROOT = (
    "600 500 0:50 / / rw,relatime master:1 - overlay overlay "
    "rw,lowerdir=/var/lib/docker/l/A:/var/lib/docker/l/B,upperdir=/var/lib/docker/overlay2/{id}/diff,workdir=/w\n"
)
HOSTS = "610 600 8:1 /var/lib/docker/containers/{id}/hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw\n"
HOSTNAME = "611 600 8:1 /var/lib/docker/containers/{id}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n"

RESOLVER = "620 600 8:1 /etc/netns/vpn/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw\n"
ONE, TWO = "1f" * 32, "5f0c9a51-40be-4d2c-9a9b-2b8e0d1c7e11"  # container ids of Docker and Kubernetes

System = Callable[..., str]


def fingerprint(folder: str = "/") -> str:
    return FolderInstallation(folder).fingerprint()


@pytest.fixture
def fingerprint_of(mocker: MockerFixture) -> System:
    """The fingerprint of a simulated Linux with these files."""
    files: dict[str, str] = {}
    mocker.patch.object(machine, "_read", lambda path: files.get(path, ""))
    mocker.patch.object(machine, "sys", types.SimpleNamespace(platform="linux"))
    uname = mocker.patch("os.uname", create=True)

    def call(
        mounts: str = HOST,
        *,
        machine_id: str = MACHINE_ID,
        dbus: str = "",
        hostid: str = "",
        name: str = "laptop",
    ) -> str:
        files["/proc/self/mountinfo"] = mounts
        files["/etc/machine-id"] = machine_id
        files["/var/lib/dbus/machine-id"] = dbus
        files["/etc/hostid"] = hostid
        uname.return_value = types.SimpleNamespace(nodename=name)
        return fingerprint()

    return call


class TestThisMachine:
    """The fingerprint of the machine that runs the tests."""

    def test_it_is_stable(self) -> None:
        """It does not change."""
        assert len({fingerprint() for _ in range(5)}) == 1

    def test_it_is_32_hex_digits(self) -> None:
        """It is a truncated hash."""
        assert re.fullmatch(r"[0-9a-f]{32}", fingerprint())

    def test_it_says_nothing_of_this_machine(self) -> None:
        """It contains neither the machine's id nor its name."""
        files = [Path(path) for path in ("/etc/machine-id", "/etc/hostname", "/etc/hostid")]
        identifying = {path.read_text().strip() for path in files if path.exists()} | {socket.gethostname()}
        assert not [text for text in identifying if text and text.lower() in fingerprint()]


class TestFolders:
    """A machine may have several installations."""

    def test_a_copy_is_another_one(self, tmp_path: Path) -> None:
        """A copy of a home on the same machine (cp -a) has another fingerprint."""
        (tmp_path / "usage").mkdir()
        shutil.copytree(tmp_path / "usage", tmp_path / "copy")
        assert fingerprint(str(tmp_path / "usage")) != fingerprint(str(tmp_path / "copy"))

    @pytest.mark.skipif(
        sys.platform != "linux", reason="only Linux gives a file system an id that outlasts a mount"
    )
    def test_a_copy_with_the_same_inode_is_another_one(self, tmp_path: Path) -> None:
        """A copy with the same inode on another file system has another fingerprint."""
        script = """
import os, subprocess
from arcade_usage.adapters.machine.installation import FolderInstallation
for name in ("one", "other"):
    os.mkdir(name)
    subprocess.run(["mount", "-t", "tmpfs", "none", name], check=True)
    os.mkdir(name + "/usage")
    print(os.stat(name + "/usage").st_ino, FolderInstallation(name + "/usage").fingerprint(), os.statvfs(name).f_fsid)
"""
        apart = ["unshare", "--mount"]
        mounting = [*apart, "mount", "-t", "tmpfs", "none", str(tmp_path)]
        if subprocess.run(mounting, capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here: that needs root and namespaces")
        inside = [*apart, sys.executable, "-c", script]
        done = subprocess.run(inside, cwd=tmp_path, capture_output=True, text=True, check=True)
        (inode, home, file_system), (inode_of_copy, copy, _) = map(str.split, done.stdout.splitlines())
        if file_system == "0":
            pytest.skip("older kernels give a tmpfs no id")
        assert inode == inode_of_copy
        assert home != copy

    def test_a_folder_that_is_moved_is_the_same(self, tmp_path: Path) -> None:
        """A renamed home keeps its fingerprint."""
        (tmp_path / "usage").mkdir()
        before = fingerprint(str(tmp_path / "usage"))
        (tmp_path / "usage").rename(tmp_path / "moved")
        assert fingerprint(str(tmp_path / "moved")) == before

    def test_a_folder_that_is_not_there_matches_none(self, tmp_path: Path) -> None:
        """A missing folder has a random fingerprint; once it exists, its own."""
        tell = FolderInstallation(str(tmp_path / "usage")).fingerprint
        assert len({tell(), tell(), fingerprint("/nowhere"), fingerprint("/nowhere")}) == 4
        (tmp_path / "usage").mkdir()
        assert tell() == tell() == fingerprint(str(tmp_path / "usage"))


class TestMachines:
    """Differences between machines."""

    def test_another_machine_has_another(self, fingerprint_of: System) -> None:
        """Machines differ by their machine id."""
        assert fingerprint_of() != fingerprint_of(machine_id=OTHER_MACHINE_ID)

    def test_neither_its_name_nor_its_disks_matter(self, fingerprint_of: System) -> None:
        """A new name, disk or file system does not change the fingerprint."""
        mounts = HOST + "23 22 8:2 / /home rw - ext4 /dev/sdb1 rw\n24 22 0:9 / /tmp rw - tmpfs tmpfs rw\n"
        assert fingerprint_of() == fingerprint_of(mounts=mounts, name="renamed")

    def test_a_resolver_of_its_own_makes_no_other_machine(self, fingerprint_of: System) -> None:
        """A network namespace, as for a VPN, does not change the fingerprint."""
        assert fingerprint_of() == fingerprint_of(mounts=HOST + RESOLVER)

    @pytest.mark.parametrize("machine_id", ["", "\n", "uninitialized\n"])
    def test_another_file_stands_in_for_an_empty_one(self, fingerprint_of: System, machine_id: str) -> None:
        """Without a machine id, D-Bus' file is used, then the host id."""
        found = fingerprint_of(machine_id=machine_id, dbus=MACHINE_ID)
        assert found == fingerprint_of() != fingerprint_of(machine_id=machine_id, hostid=OTHER_MACHINE_ID)

    def test_without_any_id_the_name_has_to_do(self, fingerprint_of: System) -> None:
        """Without any id, the machine's name is used."""
        fingerprints = [fingerprint_of("", machine_id="", name=name) for name in ("a", "a", "b")]
        assert fingerprints[0] == fingerprints[1] != fingerprints[2]

    def test_it_is_made_from_nothing_that_others_hash(self, fingerprint_of: System) -> None:
        """It is not the hash of the bare machine id, which others may know."""
        assert not hashlib.sha256(MACHINE_ID.encode()).hexdigest().startswith(fingerprint_of())
        assert MACHINE_ID not in fingerprint_of()


class TestContainers:
    """Containers of one image, which may contain an identity, have different fingerprints."""

    @pytest.mark.parametrize("mount", [ROOT, HOSTS, HOSTNAME], ids=["root", "hosts", "hostname"])
    def test_each_container_has_its_own(self, fingerprint_of: System, mount: str) -> None:
        """Two containers of one image and their host have three fingerprints."""
        names = [fingerprint_of(mounts=mount.format(id=name)) for name in (ONE, TWO)]
        assert len({*names, fingerprint_of()}) == 3

    def test_a_container_that_goes_on_is_the_same(self, fingerprint_of: System) -> None:
        """The order of mounts, or an additional one, does not change the fingerprint."""
        first = "".join(mount.format(id=ONE) for mount in (ROOT, HOSTS, HOSTNAME))
        then = (
            "".join(mount.format(id=ONE) for mount in (HOSTNAME, HOSTS, ROOT))
            + "9 6 0:5 / /proc rw - proc proc rw\n"
        )
        assert fingerprint_of(mounts=first) == fingerprint_of(mounts=then)

    def test_a_layer_s_lower_folders_do_not_matter(self, fingerprint_of: System) -> None:
        """Of an overlay mount, only the container's own folder counts."""
        root = ROOT.format(id=ONE)
        assert fingerprint_of(mounts=root) == fingerprint_of(mounts=root.replace("/l/A", "/l/C"))


MALFORMED_MOUNTS = {
    "empty": "",
    "blank lines": "\n\n",
    "one word": "mountinfo",
    "no separator": "600 500 0:50 / / rw relatime master:1 overlay overlay rw",
    "cut after the separator": "600 500 0:50 / / rw shared:1 master:2 propagate_from:3 -",
    "cut after the kind": "600 500 0:50 / / rw shared:1 master:2 - overlay",
    "cut after the source": "600 500 0:50 / / rw shared:1 - overlay overlay",
    "not text": "\x00\ufffd\x00 - \n" * 20,
}


class TestNeverRaises:
    """There is a fingerprint on each system."""

    @pytest.mark.parametrize("mounts", MALFORMED_MOUNTS.values(), ids=MALFORMED_MOUNTS)
    def test_malformed_mounts(self, fingerprint_of: System, mounts: str) -> None:
        """A truncated or empty list of mounts raises nothing."""
        assert len(fingerprint_of(mounts=mounts)) == 32

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        mounts=st.lists(
            st.sampled_from(["/", "-", "overlay", "upperdir=x", "rw", "/etc/hosts", "1"]), max_size=14
        )
    )
    def test_any_mounts(self, fingerprint_of: System, mounts: list[str]) -> None:
        """No line of mounts raises."""
        assert len(fingerprint_of(mounts=" ".join(mounts))) == 32

    def test_a_system_without_files(self, mocker: MockerFixture) -> None:
        """A system without readable files and without a name has a fingerprint."""
        mocker.patch("builtins.open", side_effect=PermissionError(13, "Permission denied"))
        mocker.patch("os.uname", side_effect=OSError(1, "no name"), create=True)
        assert len(fingerprint()) == 32

    def test_a_file_that_is_no_text(self, mocker: MockerFixture, path: Path) -> None:
        """Bytes that are not UTF-8 are hashed as well."""
        path.write_bytes(b"\xff\xfe\x00")
        mocker.patch.object(machine, "_MACHINE_ID_FILES", (str(path),))
        assert len(fingerprint()) == 32


class TestMacOS:
    """macOS has a system call for its id."""

    @pytest.fixture
    def macos(self, mocker: MockerFixture) -> Callable[[int, bytes], str]:
        """The fingerprint for a status and a UUID from gethostuuid."""

        def call(status: int, uuid: bytes) -> str:
            def gethostuuid(buffer: "ctypes.Array[ctypes.c_ubyte]", _: object) -> int:
                ctypes.memmove(buffer, uuid, 16)
                return status

            mocker.patch.object(machine, "sys", types.SimpleNamespace(platform="darwin"))
            mocker.patch.object(machine, "_read", return_value="")
            mocker.patch("os.uname", return_value=types.SimpleNamespace(nodename="mac"), create=True)
            mocker.patch("ctypes.CDLL", return_value=types.SimpleNamespace(gethostuuid=gethostuuid))
            return fingerprint()

        return call

    def test_macs_differ_by_their_uuid(self, macos: Callable[[int, bytes], str]) -> None:
        """Macs differ by their UUID."""
        assert macos(0, b"a" * 16) == macos(0, b"a" * 16) != macos(0, b"b" * 16)

    def test_a_call_that_fails_tells_nothing(self, macos: Callable[[int, bytes], str]) -> None:
        """The buffer of a failed call is ignored."""
        assert macos(-1, b"a" * 16) == macos(-1, b"b" * 16)

    @pytest.mark.parametrize(
        "error", [AttributeError("gethostuuid"), OSError(2, "none"), ImportError("_ctypes")]
    )
    def test_a_system_without_the_call(
        self, macos: Callable[[int, bytes], str], mocker: MockerFixture, error: Exception
    ) -> None:
        """Without the call or ctypes, the name is used."""
        unknown = macos(-1, b"a" * 16)
        if isinstance(error, ImportError):
            mocker.patch.dict("sys.modules", {"ctypes": None})
        else:
            mocker.patch("ctypes.CDLL", side_effect=error)
        assert fingerprint() == unknown


class TestWindows:
    """Windows has its id in the registry."""

    @pytest.fixture
    def registry(self, mocker: MockerFixture) -> Callable[[object], str]:
        """The fingerprint for a MachineGuid, or for an exception of the registry."""

        def call(guid: object) -> str:
            def query(*_: object) -> tuple[object, int]:
                if isinstance(guid, Exception):
                    raise guid
                return guid, 1

            winreg = types.SimpleNamespace(
                KEY_READ=1,
                KEY_WOW64_64KEY=256,
                HKEY_LOCAL_MACHINE=object(),
                OpenKey=lambda *_: contextlib.nullcontext(),
                QueryValueEx=query,
            )
            mocker.patch.dict("sys.modules", {"winreg": winreg})
            mocker.patch.object(machine, "sys", types.SimpleNamespace(platform="win32"))
            mocker.patch.object(machine, "_read", return_value="")
            mocker.patch("socket.gethostname", return_value="pc")
            return fingerprint()

        return call

    def test_windows_installations_differ_by_their_guid(self, registry: Callable[[object], str]) -> None:
        """Windows installations differ by their GUID."""
        assert registry("guid-one") == registry("guid-one") != registry("guid-two")

    def test_a_registry_that_may_not_be_read(self, registry: Callable[[object], str]) -> None:
        """Without the registry, the name is used."""
        assert registry(PermissionError(13, "Access is denied")) == registry(FileNotFoundError(2, "none"))
        assert registry(FileNotFoundError(2, "none")) != registry("guid-one")
