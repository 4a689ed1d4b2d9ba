"""The ten largest files, functions and classes of Elanus. It informs; it never fails."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src"
SHOWN = 10

Row = tuple[int, str]


def main() -> None:
    trees = {path: ast.parse(path.read_text()) for path in sorted(SOURCE.rglob("*.py"))}
    show("lines in a file", [(len(path.read_text().splitlines()), where(path)) for path in trees])
    show("lines in a function", list(functions(trees)))
    show("public methods of a class", list(classes(trees)))


def functions(trees: dict[Path, ast.Module]) -> Iterator[Row]:
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{where(path)}:{node.lineno} {node.name}"


def classes(trees: dict[Path, ast.Module]) -> Iterator[Row]:
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                methods = [n for n in node.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
                yield len(methods), f"{where(path)}:{node.lineno} {node.name}"


def where(path: Path) -> str:
    return str(path.relative_to(SOURCE.parent))


def show(title: str, rows: list[Row]) -> None:
    print(f"\n{title}")
    for count, name in sorted(rows, reverse=True)[:SHOWN]:
        print(f"{count:7,}  {name}")


if __name__ == "__main__":
    main()
