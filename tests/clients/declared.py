"""The clients as their folders declare them in ``client.toml``.

```
title = "pymilvus, MilvusClient"
install = ["uv venv {env}", ...]   # shell commands, run in {env}
run = "{env}/bin/python {here}/{script}.py"

[[versions]]
version = "2.4.15"                 # every key here may be used in the commands
scripts = ["orm", "client"]        # each is a table of its own; {script} in ``run``
server = { ELANUS_WIRE = "grpcio" }  # variables of its server; none of its own when left out
```

``{env}`` is the version's own folder in the cache, ``{here}`` the client's folder. ``uv`` is on the path.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Environment:
    """What one version of a client needs. ``digest`` changes with the commands and the files they use."""

    name: str
    folder: Path
    install: tuple[str, ...]
    digest: str


@dataclass(frozen=True, eq=False)
class Subject:
    """One script in one version, a column of the matrix. ``family``: its table; ``server``: variables of its server."""

    family: str
    version: str
    environment: Environment
    run: str
    server: Mapping[str, str]

    @property
    def label(self) -> str:
        return f"{self.family} {self.version}"


def subjects(cache: Path, wanted: list[str]) -> list[Subject]:
    """Every script of every version; of these clients only, when some are named."""
    folders = sorted(path.parent for path in HERE.glob("*/client.toml"))
    known = [folder.name for folder in folders]
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"no such client: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    return [one for folder in folders if not wanted or folder.name in wanted for one in _subjects(folder, cache)]


def _subjects(folder: Path, cache: Path) -> Iterator[Subject]:
    client = tomllib.loads((folder / "client.toml").read_text())
    for version in client["versions"]:
        names = {**version, "env": cache / f"{folder.name}-{version['version']}", "here": folder}
        install = tuple(command.format_map(names) for command in client["install"])
        copies_files = any("{here}" in command for command in client["install"])
        digest = _digest(install, _files(folder) if copies_files else [])
        environment = Environment(names["env"].name, names["env"], install, digest)
        for script in version["scripts"]:
            run = client["run"].format_map({**names, "script": script})
            yield Subject(client["titles"][script], version["version"], environment, run, version.get("server", {}))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _digest(install: tuple[str, ...], files: list[Path]) -> str:
    digest = hashlib.sha256("\n".join(install).encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()
