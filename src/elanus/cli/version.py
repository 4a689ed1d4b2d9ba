"""``elanus version``"""

from __future__ import annotations

import platform
from importlib.metadata import version as installed

from elanus import __version__
from elanus.cli.options import Json
from elanus.cli.output import console, print_json

PARTS = ("pymilvus", "faiss-cpu", "pyarrow", "numpy", "grpcio")


def version(json: Json = False) -> None:
    """Print the versions of Elanus and of what it stands on."""
    found = {"elanus": __version__, "python": platform.python_version(), **{name: installed(name) for name in PARTS}}
    if json:
        return print_json(found)
    return console.print("\n".join(f"{name:<10} {text}" for name, text in found.items()))
