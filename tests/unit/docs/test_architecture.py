"""architecture.md and docs/internals/ say what the code does, where both name it."""

import re
from pathlib import Path

from arcade_usage.domain import attribution

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "architecture.md").read_text(encoding="utf-8")
INTERNALS = [path.read_text(encoding="utf-8") for path in (ROOT / "docs/internals").glob("*.md")]


def rows(heading: str) -> list[list[str]]:
    """The cells of the last table under a heading."""
    table = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0].split("\n| --- |")[-1]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[1:] if line.startswith("|")]


def test_each_row_of_the_verdict_table_is_a_branch_of_the_code() -> None:
    """A comment at the branch repeats the row's name; no row and no branch is without the other."""
    code = Path(attribution.__file__).read_text(encoding="utf-8")
    in_code = re.findall(r"# row: (.*)", code)
    assert sorted(in_code) == sorted(row[0] for row in rows("Verdicts"))


def test_the_page_lists_what_there_is_to_read_further() -> None:
    """Each page of docs/internals is in the table, and the page itself is read in a quarter of an hour."""
    pages = {path.name for path in (ROOT / "docs/internals").glob("*.md")}
    assert set(re.findall(r"docs/internals/([\w-]+\.md)\)", PAGE)) == pages != set()
    assert len(PAGE.splitlines()) <= 500


def test_the_glossary_is_short() -> None:
    """A reader keeps at most 20 terms in mind."""
    assert 0 < len(rows("Glossary")) <= 20


def test_every_test_that_is_named_is_there() -> None:
    """Each test file that a page names exists, in the folder that it names, if it names one."""
    for name in re.findall(r"`([\w/]*test_\w+\.py)`", "\n".join([PAGE, *INTERNALS])):
        assert list(ROOT.glob(f"tests/**/{name}")) or (ROOT / name).exists(), name


def test_each_module_is_in_the_tree() -> None:
    """Those of composition, domain and application by name; of the adapters, each folder."""
    tree = PAGE.split("\narcade_usage/\n")[1].split("```")[0]
    package = ROOT / "arcade_usage"
    modules = [
        path
        for folder in ("composition", "domain", "application/*")
        for path in package.glob(f"{folder}/*.py")
    ]
    names = [path.name for path in modules if path.name != "__init__.py"]
    names += [f"{path.name}/" for path in (package / "adapters").iterdir() if (path / "__init__.py").exists()]
    assert [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}", tree)] == []
