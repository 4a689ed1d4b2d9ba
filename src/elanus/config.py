"""Settings of a process: what may be set, and what is in force and from where.

A value is looked for in this order, the first found wins: command-line flag, environment (``ELANUS_`` and the
name in capitals), file (``elanus.toml``, flat keys), default. Every value remembers its source.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

from elanus.errors import ParameterInvalid

DEFAULT_FILE = Path("elanus.toml")
FILE_VARIABLE = "ELANUS_CONFIG"
LEVELS = ("debug", "info", "warning", "error")
RELEASES_1X = ("1.1.1", "1.0.0", "0.10.6")

Value = str | int | float | Path


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed: an inclusive range of a number, or the choices of a text."""

    about: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.low is not None and self.high is not None:
            return f"{self.low:,} to {self.high:,}"
        return f"{self.low:,} or more" if self.low is not None else "any"

    def allow(self, value: Value) -> bool:
        if self.choices:
            return value in self.choices
        if isinstance(value, int | float):
            return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return True


MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. One declaration: flags, variables, file keys and documentation are read from it."""

    data: Annotated[Path, Limits("directory that holds the data")] = Path("elanus-data")
    host: Annotated[str, Limits("address to listen on; 0.0.0.0 is every interface")] = "127.0.0.1"
    port: Annotated[int, Limits("port of the Milvus API; 0 is any free one", 0, 65535)] = 19530
    metrics_port: Annotated[int, Limits("port of /healthz and /metrics; 0 is any free one", 0, 65535)] = 9091
    http_port_1x: Annotated[int, Limits("port of the HTTP API of Milvus 1.x, there 19121; 0 is none", 0, 65535)] = 0
    wire: Annotated[
        str, Limits("what speaks gRPC: our own HTTP/2, or grpcio, without REST", choices=("http2", "grpcio"))
    ] = "http2"
    auth: Annotated[
        str, Limits("whether callers must say who they are, by user and password", choices=("off", "on"))
    ] = "off"
    rpc_threads: Annotated[int, Limits("calls answered at once; more wait", 1, 1024)] = 16
    drain_seconds: Annotated[float, Limits("how long running calls may take to end at a stop", 0)] = 10.0
    release_1x: Annotated[
        str,
        Limits("what clients of Milvus 1.x and before are told: each takes its own release only", choices=RELEASES_1X),
    ] = RELEASES_1X[0]
    log_level: Annotated[str, Limits("least important kind of log line", choices=LEVELS)] = "info"
    log_format: Annotated[str, Limits("shape of a log line", choices=("text", "json"))] = "text"

    build_workers: Annotated[int, Limits("index builds running at once, each in its process", 1, 64)] = 1
    build_threads: Annotated[int, Limits("native threads of all builds together; 0 is all cores", 0, 1024)] = 0
    build_memory_bytes: Annotated[int, Limits("memory of all builds together; 0 is half of the machine's", 0)] = 0
    gpu_indexes: Annotated[
        str, Limits("what a GPU_* index type gets: a refusal, or its equivalent on the CPU", choices=("refuse", "cpu"))
    ] = "refuse"
    build_attempts: Annotated[int, Limits("how often a failed build is tried", 1, 100)] = 3
    checkpoint_seconds: Annotated[float, Limits("how often a build writes a checkpoint", 1)] = 30.0
    small_segment_rows: Annotated[int, Limits("segments with fewer rows are searched exactly, never built", 0)] = 1024
    seal_bytes: Annotated[int, Limits("growing rows are sealed at this size", MEBIBYTE)] = 256 * MEBIBYTE
    seal_quiet_seconds: Annotated[float, Limits("... or when nothing was written for this long", 0)] = 2.0
    seal_slow_rows: Annotated[int, Limits("... or at this many rows that arrive slowly", 1)] = 8192
    growing_bytes: Annotated[int, Limits("writers wait when rows not yet sealed hold this much", MEBIBYTE)] = (
        1024 * MEBIBYTE
    )
    write_wait_seconds: Annotated[float, Limits("... for this long; then they are told to retry", 0)] = 10.0
    segment_bytes: Annotated[int, Limits("compaction makes segments up to this size", MEBIBYTE)] = 1024 * MEBIBYTE
    merge_quiet_seconds: Annotated[float, Limits("small segments merge after this quiet time", 0)] = 5.0
    dead_fraction: Annotated[float, Limits("a segment is rewritten when this part of it was deleted", 0.01, 1)] = 0.2
    retention_seconds: Annotated[float, Limits("deleted rows are kept this long for readers of an earlier time", 0)] = (
        60.0
    )
    import_bytes: Annotated[int, Limits("an insert of this size goes to segment files directly", MEBIBYTE)] = (
        64 * MEBIBYTE
    )
    import_root: Annotated[Path, Limits("directory imports read from; a relative one is in the data directory")] = Path(
        "import"
    )
    recorded_searches: Annotated[
        int, Limits("last searches of a collection kept to measure with; 0 is none", 0, 100_000)
    ] = 0
    live_recall_share: Annotated[
        float, Limits("share of a core to measure recorded searches with; 0 is none", 0, 1)
    ] = 0.0
    maintenance_seconds: Annotated[float, Limits("how often all of this is looked at", 0.01)] = 0.5


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting as declared: what documentation and the command line show."""

    name: str
    kind: type
    default: Value
    limits: Limits

    @property
    def variable(self) -> str:
        return f"ELANUS_{self.name.upper()}"

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force, and the source of each: a flag, a variable, a file's path or ``default``."""

    settings: Settings
    sources: Mapping[str, str]


@cache
def declared() -> tuple[Declared, ...]:
    """Every setting, in the order of the declaration."""
    hints = get_type_hints(Settings, include_extras=True)
    return tuple(_declared(one, hints[one.name]) for one in fields(Settings))


def configure(flags: Mapping[str, Value | None], environment: Mapping[str, str], file: Path | None) -> Configuration:
    """The settings in force. A flag that is None was not given; without a file ``elanus.toml`` is read if it is there.

    raises  ParameterInvalid naming the source, the value and what is allowed
    """
    layers = (_from_flags(flags), _from_environment(environment), _from_file(_chosen_file(file, environment)))
    values: dict[str, Value] = {}
    sources: dict[str, str] = {}
    for one in declared():
        found = next((layer[one.name] for layer in layers if one.name in layer), None)
        source, given = found or ("default", one.default)
        values[one.name] = _checked(one, given, source)
        sources[one.name] = source
    return Configuration(Settings(**values), sources)  # type: ignore[arg-type]  # each is checked against its own kind


Layer = Mapping[str, tuple[str, Any]]
"""By setting name: where the value comes from, and the value as given."""


def _declared(one: Field[Any], hint: Any) -> Declared:
    kind, limits = get_args(hint)
    default: Any = one.default
    return Declared(one.name, kind, default, limits)


def _from_flags(flags: Mapping[str, Value | None]) -> Layer:
    return {one.name: (one.flag, flags[one.name]) for one in declared() if flags.get(one.name) is not None}


def _from_environment(environment: Mapping[str, str]) -> Layer:
    return {one.name: (one.variable, environment[one.variable]) for one in declared() if one.variable in environment}


def _chosen_file(file: Path | None, environment: Mapping[str, str]) -> Path | None:
    if file is None and FILE_VARIABLE in environment:
        file = Path(environment[FILE_VARIABLE])
    if file is None:
        return DEFAULT_FILE if DEFAULT_FILE.exists() else None
    if not file.exists():
        raise ParameterInvalid(f"there is no configuration file {file}; write one, or leave --config out")
    return file


def _from_file(file: Path | None) -> Layer:
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ParameterInvalid(f"{file} is not valid TOML: {wrong}") from wrong
    names = [one.name for one in declared()]
    for unknown in content.keys() - set(names):
        raise ParameterInvalid(f"{file}: there is no setting {unknown!r}; {_meant(unknown, names)}")
    return {name: (str(file), value) for name, value in content.items()}


def _meant(unknown: str, names: list[str]) -> str:
    near = difflib.get_close_matches(unknown, names, n=1)
    return f"did you mean {near[0]!r}?" if near else "known are " + ", ".join(names)


def _checked(one: Declared, given: Any, source: str) -> Value:
    value = _converted(one.kind, given)
    if value is None or not one.limits.allow(value):
        raise ParameterInvalid(f"{source}: {one.name} is {given!r}; allowed: {_KINDS[one.kind]}{one.limits}")
    return value


_ACCEPTED = {int: (int, str), float: (float, int, str), str: (str,), Path: (str, Path)}
_KINDS = {int: "a whole number, ", float: "a number, ", str: "", Path: "a path, "}


def _converted(kind: type, given: Any) -> Value | None:
    """The given value as ``kind``, or None when it cannot be one. The environment has only texts."""
    if isinstance(given, bool) or not isinstance(given, _ACCEPTED[kind]):
        return None
    try:
        converted: Value = kind(given)
    except ValueError:
        return None
    return converted


def shown(configuration: Configuration) -> Iterator[tuple[Declared, Value, str]]:
    """Each setting with its value and source, for display."""
    for one in declared():
        yield one, getattr(configuration.settings, one.name), configuration.sources[one.name]
