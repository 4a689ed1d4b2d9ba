"""What a collection must hold after a sequence of operations: a dictionary, and nothing clever."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace

from crash.rows import EXTRA, number

DEFAULT_PARTITION = "_default"


@dataclass(frozen=True)
class Operation:
    """One step of a workload; what a kind does not need stays empty.

    first, count  ids ``first .. first + count - 1``
    below         of ``delete_where``: the filter is ``number < below``
    index         of ``create_index``: its type
    """

    kind: str
    first: int = 0
    count: int = 0
    version: int = 0
    below: int = 0
    partition: str = ""
    index: str = ""

    @property
    def ids(self) -> range:
        return range(self.first, self.first + self.count)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Operation:
        return Operation(**json.loads(text))


Row = tuple[int, str, int | None]


@dataclass(frozen=True)
class State:
    """rows: (version, partition, value of the extra field if there is one) by id. What does not exist has none."""

    exists: bool = False
    rows: dict[int, Row] = field(default_factory=dict)
    extra: bool = False
    partitions: frozenset[str] = frozenset()
    index: str = ""
    loaded: bool = False

    def after(self, operation: Operation) -> State:
        """The state once the operation is done; flush, compact and the like change nothing here."""
        change = _CHANGES.get(operation.kind)
        return self if change is None else change(self, operation)


def _create(_: State, __: Operation) -> State:
    return State(exists=True, partitions=frozenset([DEFAULT_PARTITION]))


def _drop(_: State, __: Operation) -> State:
    return State()


def _truncate(state: State, _: Operation) -> State:
    return replace(state, rows={})


def _insert(state: State, operation: Operation) -> State:
    value = (operation.version, operation.partition or DEFAULT_PARTITION, operation.version if state.extra else None)
    return replace(state, rows={**state.rows, **dict.fromkeys(operation.ids, value)})


def _delete(state: State, operation: Operation) -> State:
    return replace(state, rows={row: value for row, value in state.rows.items() if row not in operation.ids})


def _delete_where(state: State, operation: Operation) -> State:
    kept = {row: value for row, value in state.rows.items() if number(row, value[0]) >= operation.below}
    return replace(state, rows=kept)


def _create_partition(state: State, operation: Operation) -> State:
    return replace(state, partitions=state.partitions | {operation.partition})


def _drop_partition(state: State, operation: Operation) -> State:
    kept = {row: value for row, value in state.rows.items() if value[1] != operation.partition}
    return replace(state, rows=kept, partitions=state.partitions - {operation.partition})


def _add_field(state: State, _: Operation) -> State:
    rows = {row: (version, partition, EXTRA.default) for row, (version, partition, _) in state.rows.items()}
    return replace(state, rows=rows, extra=True)


def _drop_field(state: State, _: Operation) -> State:
    rows = {row: (version, partition, None) for row, (version, partition, _) in state.rows.items()}
    return replace(state, rows=rows, extra=False)


def _create_index(state: State, operation: Operation) -> State:
    return replace(state, index=operation.index)


def _drop_index(state: State, _: Operation) -> State:
    return replace(state, index="")


def _load(state: State, _: Operation) -> State:
    return replace(state, loaded=True)


def _release(state: State, _: Operation) -> State:
    return replace(state, loaded=False)


_CHANGES = {
    "create": _create,
    "drop": _drop,
    "truncate": _truncate,
    "insert": _insert,
    "upsert": _insert,
    "delete": _delete,
    "delete_where": _delete_where,
    "create_partition": _create_partition,
    "drop_partition": _drop_partition,
    "add_field": _add_field,
    "drop_field": _drop_field,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "load": _load,
    "release": _release,
}
