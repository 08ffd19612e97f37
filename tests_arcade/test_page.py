"""docs/arcade.md says what the migration changes."""

from pathlib import Path

from tests_arcade.migration import migrate

PAGE = Path(__file__).parents[1] / "docs/arcade.md"


def test_the_lines_added_and_removed_are_those_of_the_page(tmp_path: Path) -> None:
    """The first table has the counts of each package."""
    page = PAGE.read_text(encoding="utf-8")
    for package, (added, removed) in migrate(tmp_path).items():
        assert f"| `{package}` | {added} | {removed} |" in page
