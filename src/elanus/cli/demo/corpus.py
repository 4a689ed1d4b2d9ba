"""The texts of the demo: docstrings of the Python standard library that is installed here. Nothing is downloaded."""

from __future__ import annotations

import ast
import importlib
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from inspect import getdoc, isdatadescriptor
from itertools import chain
from pathlib import Path
from types import ModuleType

LEFT_OUT = frozenset(
    {"site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__", "xxlimited", "xxlimited_35"}
)
SHORTEST, LONGEST = 15, 400
"""Characters: shorter texts say nothing; longer docstrings are split between paragraphs."""

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Docstring:
    """name is the qualified name (``json.decoder.JSONDecoder.decode``); kind is module, class or function."""

    name: str
    kind: str
    text: str


def standard_library() -> list[Docstring]:
    """Every docstring of the standard library, without repetitions: some twelve thousand passages.

    Python sources come first, parsed and never imported; then the compiled modules.
    """
    found: dict[str, Docstring] = {}
    for text in chain(_source_texts(), _compiled_texts()):
        found.setdefault(text.text, text)
    return list(found.values())


def _source_texts() -> Iterator[Docstring]:
    root = Path(sysconfig.get_path("stdlib"))
    for path in sorted(root.rglob("*.py")):
        if not _left_out(path, root):
            yield from _texts(path, root)


def _compiled_texts() -> Iterator[Docstring]:
    """Docstrings written in C: ``itertools``, ``math``, ``str`` and its kin."""
    for name in sorted({*sys.builtin_module_names, *_extension_names()}):
        with suppress(ImportError):
            yield from _members(importlib.import_module(name), name)


def _extension_names() -> Iterator[str]:
    for path in Path(sysconfig.get_path("platstdlib"), "lib-dynload").glob("*.so"):
        name = path.name.partition(".")[0]
        if not name.startswith("_test") and name not in LEFT_OUT:
            yield name


def _members(owner: object, name: str) -> Iterator[Docstring]:
    kind = "module" if isinstance(owner, ModuleType) else "class"
    yield from _text_of(owner, name, kind)
    for key, member in vars(owner).items():
        if isinstance(member, type) and kind == "module" and member.__module__ in (name, "builtins"):
            yield from _members(member, f"{name}.{key}")
        elif callable(member) or isdatadescriptor(member):
            yield from _text_of(member, f"{name}.{key}", "function")


def _text_of(owner: object, name: str, kind: str) -> Iterator[Docstring]:
    for passage in passages(getdoc(owner) or ""):
        yield Docstring(name, kind, passage)


def passages(text: str) -> Iterator[str]:
    """The text in whole paragraphs, as many as fit into LONGEST characters at a time; a longer paragraph is cut."""
    passage = ""
    for paragraph in text.split("\n\n"):
        if passage and len(passage) + len(paragraph) > LONGEST:
            yield passage
            passage = ""
        passage = f"{passage}\n\n{paragraph[:LONGEST]}".strip("\n")
    if len(passage) >= SHORTEST:
        yield passage


def _left_out(path: Path, root: Path) -> bool:
    return any(part in LEFT_OUT for part in path.relative_to(root).parts)


def _texts(path: Path, root: Path) -> Iterator[Docstring]:
    parts = path.relative_to(root).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError):
        return  # a few files of the library are written to be broken
    yield from _documented(tree, module)


def _documented(node: Documented, name: str) -> Iterator[Docstring]:
    for passage in passages(ast.get_docstring(node) or ""):
        yield Docstring(name, _kind(node), passage)
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _documented(child, f"{name}.{child.name}")


def _kind(node: Documented) -> str:
    if isinstance(node, ast.Module):
        return "module"
    return "class" if isinstance(node, ast.ClassDef) else "function"
