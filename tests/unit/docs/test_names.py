"""What a comment or a page names is in the code: a method of a class, and a file."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = {path: path.read_text(encoding="utf-8") for path in (ROOT / "arcade_usage").rglob("*.py")}
PAGES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs/internals").glob("*.md")}
TEXTS = {**CODE, **PAGES, ROOT / "architecture.md": (ROOT / "architecture.md").read_text(encoding="utf-8")}


def members() -> dict[str, set[str]]:
    """The names that each class of the package defines or sets, of the classes without a base."""
    found: dict[str, set[str]] = {}
    inheriting: set[str] = set()
    for code in CODE.values():
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ClassDef):
                if {ast.unparse(base) for base in node.bases} - {"Protocol"}:
                    inheriting.add(node.name)
                names = found.setdefault(node.name, set())
                for each in ast.walk(node):
                    if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                        names.add(each.name)
                    elif isinstance(each, ast.Name):
                        names.add(each.id)
                    elif isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
                        names.add(each.attr)
    return {name: names for name, names in found.items() if name not in inheriting}


def test_each_method_that_is_named_is_there() -> None:
    """`Class.name`, also where the code itself uses it: a former name leads nowhere."""
    classes = members()
    for path, text in TEXTS.items():
        for owner, name in re.findall(r"\b([A-Z]\w+)\.([a-z_]\w*)\b", text):
            assert name in classes.get(owner, {name}), f"{path}: {owner}.{name}"


def test_each_module_that_is_named_is_there() -> None:
    """By its folder and name, as in `server/worker.py`."""
    modules = [f"/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("[!.]*/**/*.py")]
    folders = {folder for module in modules for folder in module.split("/")[1:-1]}
    for path, text in TEXTS.items():
        for name in re.findall(r"\b\w+(?:/\w+)+\.py\b", text):
            is_ours = name.partition("/")[0] in folders
            assert not is_ours or any(module.endswith(f"/{name}") for module in modules), f"{path}: {name}"
