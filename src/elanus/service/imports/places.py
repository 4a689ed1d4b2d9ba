"""Where files may lie: in the import directory and below it, nowhere else."""

from __future__ import annotations

from pathlib import Path

from elanus.errors import ImportFailed


def located(root: Path, asked: str) -> Path:
    """The file a client names, by its path from the import directory.

    Raises ImportFailed: it is outside of the directory, also by a link, or there is no such file.
    """
    root = root.resolve()
    try:
        path = (root / asked).resolve()
    except (OSError, ValueError) as wrong:
        raise ImportFailed(f"{asked!r} is no path of a file: {wrong}") from None
    if not path.is_relative_to(root):
        raise ImportFailed(f"{asked} is outside of the import directory {root}: put the file there, name it from there")
    if not path.is_file():
        raise ImportFailed(f"there is no file {asked} in the import directory {root}: put it there first")
    return path
