"""FMINDEX: every text inside the strings, counted and found in a compressed form of them, for LIKE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from elanus.errors import ParameterInvalid
from elanus.index.generation import NEWEST
from elanus.index.params import Param, Values
from elanus.index.scalar._endings import Endings, Range, build_endings, open_endings
from elanus.index.scalar._like import LikePattern, read_like
from elanus.index.scalar._suffixes import joined
from elanus.index.scalar.base import Found, Payload, ScalarIndex, ScalarType
from elanus.schema.types import DataType

SAMPLE_RATE = Param(
    "fm_sa_sample_rate",
    int,
    "One byte in so many of a string knows its row: a higher rate makes a smaller index that finds rows in more steps.",
    low=4,
    high=256,
    default=8,
)
BLOCK_BYTES = Param(
    "fm_block_bytes",
    int,
    "Bits are counted ahead for every block of so many bytes, a power of two: larger blocks are smaller and slower.",
    low=8,
    high=128,
    default=64,
)
MOST_BYTES = 1 << 30
"""Of a column, a separator for each row among them. Of a larger one the index answers nothing: sorting it would take 55
times as much memory."""
WORTH = 32
"""Texts found inside strings are followed to their rows where there is at most one for so many rows of the column: a
step costs so much more than reading a row (measured over 200,000 strings of 30 bytes)."""
FEW = 64
"""So many are followed always."""


class FmIndex(ScalarIndex):
    def __init__(self, endings: Endings, row_count: int) -> None:
        super().__init__(row_count)
        self._endings = endings

    def equal(self, values: pa.Array) -> Found | None:
        """Of one value; several are better looked up in a dictionary."""
        if len(values) != 1:
            return None
        return self._whole(self._endings.equal_to(values[0].as_py().encode()))

    def like(self, pattern: str) -> Found | None:
        """The rows themselves for a text, ``text%``, ``%text`` and ``%text%``; of other patterns candidates."""
        taken_apart = read_like(pattern)
        if taken_apart.is_literal:
            return self.equal(pa.array([taken_apart.prefix], pa.large_string()))
        found = [one for one in self._of_each_text(taken_apart) if one is not None]
        if not found:
            return None
        fewest = min(found, key=lambda one: one.count)
        if taken_apart.only_any_text and len(taken_apart.literals) == 1:
            return fewest
        return Found(self, fewest.count, fewest.look_up, exact=False)

    def _of_each_text(self, pattern: LikePattern) -> Iterator[Found | None]:
        last = len(pattern.parts) - 1
        for place, part in enumerate(pattern.parts):
            if part:
                find = self._endings.equal_to if place == last else self._endings.beginning_with
                within = find(part.encode())
                yield self._whole(within) if place == 0 else self._inside(within)

    def _whole(self, within: Range) -> Found:
        rows = self._endings.whole_strings(within)
        return Found(self, len(rows), lambda: rows)

    def _inside(self, within: Range) -> Found | None:
        if len(within) > max(FEW, self.row_count // WORTH):
            return None
        return Found(self, len(within), lambda: self._endings.rows(within))


def build(column: pa.Array, params: Values) -> Payload:
    strings = joined(column)
    if len(strings.symbols) > MOST_BYTES:
        return {}
    return build_endings(strings, int(params[SAMPLE_RATE.name]), int(params[BLOCK_BYTES.name]))


def open_index(payload: Payload, row_count: int) -> FmIndex:
    return FmIndex(open_endings(payload), row_count)


def check(sent: Mapping[str, Any]) -> None:
    """Raises ParameterInvalid with Milvus's texts."""
    if SAMPLE_RATE.name in sent:
        rate = _whole_number(SAMPLE_RATE, sent)
        if not 4 <= rate <= 256:
            raise ParameterInvalid(f"{SAMPLE_RATE.name} for FM-index must be in [4, 256], got: {rate}")
    if BLOCK_BYTES.name in sent:
        size = _whole_number(BLOCK_BYTES, sent)
        if not 8 <= size <= 128 or size.bit_count() != 1:
            raise ParameterInvalid(f"{BLOCK_BYTES.name} for FM-index must be a power of two in [8, 128], got: {size}")


def _whole_number(param: Param, sent: Mapping[str, Any]) -> int:
    given = sent[param.name]
    try:
        return int(given)
    except (TypeError, ValueError):
        raise ParameterInvalid(f"{param.name} for FM-index must be an integer, got: {given}") from None


DECLARATION = ScalarType(
    name="FMINDEX",
    about="Every text inside the strings: LIKE with a text at the start, in the middle or at the end, exactly.",
    data_types=(DataType.VARCHAR,),
    build_params=(SAMPLE_RATE, BLOCK_BYTES),
    unfit="FM-index can only be created on VARCHAR field",
    build=build,
    open=open_index,
    copies=27,  # measured over strings of 30 bytes
    since=NEWEST,
    check_sent=check,
)
