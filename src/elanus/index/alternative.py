"""Which other index type a build that needs too much memory could be of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from elanus.errors import ParameterInvalid
from elanus.index.base import IndexSpec, IndexType
from elanus.index.build import estimate
from elanus.index.generation import NEWEST
from elanus.index.params import read_values
from elanus.index.registry import index_types


def built_in_passes(spec: IndexSpec, row_count: int, memory_bytes: int) -> str:
    """The first type, of those that go through the rows twice, that indexes them by default within this memory.

    Its name; "" for none.
    """
    fits = (other for other in _others(spec) if estimate(other, row_count).peak_bytes <= memory_bytes)
    return next((other.type for other in fits), "")


def _others(spec: IndexSpec) -> Iterator[IndexSpec]:
    """For the same rows and metric, with default parameters."""
    for declared in index_types().values():
        if not _serves(declared, spec):
            continue
        try:
            yield replace(spec, type=declared.name, params=read_values(declared.build_params, {}))
        except ParameterInvalid:  # it has parameters without a default
            continue


def _serves(declared: IndexType, spec: IndexSpec) -> bool:
    return (
        declared.builder is not None
        and declared.builder.passes > 1
        and not declared.stands_in
        and declared.until is NEWEST
        and spec.data_type in declared.data_types
        and spec.metric in declared.metrics
    )
