"""The pictures of README.md come from the real commands, and fetch nothing when they are shown."""

import re
from pathlib import Path

import pytest

from tests.e2e.cli.pictures import DOCS, PICTURES, draw

README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
SAYS = {"status": "Usage tracking is on.", "show": "command_name"}


def text_of(picture: str) -> str:
    return re.sub(r"<[^>]*>", "", picture).replace("&#160;", " ")


def test_they_are_drawn_from_the_commands(tmp_path: Path) -> None:
    """Each says what the command says, and shows no path of this machine."""
    draw(tmp_path, port=0)
    for name in PICTURES:
        picture = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        assert SAYS[name] in text_of(picture)
        assert "acc_31f07" in text_of(picture) or name == "status"
        assert "sk-" not in picture
        assert str(tmp_path.parent) not in picture


@pytest.mark.parametrize("name", PICTURES)
def test_those_of_the_readme_fetch_nothing(name: str) -> None:
    """No font and no other file of a host; the README shows each."""
    picture = (DOCS / f"{name}.svg").read_text(encoding="utf-8")
    assert SAYS[name] in text_of(picture)
    assert "@font-face" not in picture
    assert set(re.findall(r"(?:url|href)\W+(\w+)", picture)) <= {"terminal"}
    assert f"](docs/{name}.svg)" in README
