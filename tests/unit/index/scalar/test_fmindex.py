"""The index of all endings against a look at every string."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.errors import ParameterInvalid
from elanus.index.generation import Generation
from elanus.index.request import IndexRequest
from elanus.index.scalar import _bits, fmindex
from elanus.index.scalar._bits import bits_of, symbol_ranks
from elanus.index.scalar._suffixes import Joined, joined, suffix_order
from elanus.index.scalar.request import resolve_scalar
from elanus.schema.field import Field
from elanus.schema.types import DataType

TITLE = Field(101, "title", DataType.VARCHAR, max_length=64)
rng = np.random.default_rng(17)
letters = st.sampled_from(list("aab\0é%😀"))
columns = st.lists(st.one_of(st.none(), st.text(letters, max_size=12)), max_size=15)
patterns = st.text(st.sampled_from(list("ab\0é%%_z")), max_size=6)


def strings(values: list[str | None]) -> pa.Array:
    return pa.array(["cut off", *values], pa.large_string())[1:]


def index_over(column: pa.Array, sample_rate: int = 8, block_bytes: int = 64) -> fmindex.FmIndex:
    params = {"fm_sa_sample_rate": sample_rate, "fm_block_bytes": block_bytes}
    return fmindex.open_index(fmindex.build(column, params), len(column))


def naive_order(text: Joined) -> list[int]:
    """A separator is above every byte, and above the separators before it."""

    def ending(place: int) -> list[int]:
        end = int(text.ends[np.searchsorted(text.ends, place)])
        return [*text.symbols[place:end].tolist(), 256 + end]

    return sorted(range(len(text.symbols)), key=ending)


@settings(max_examples=150, deadline=None)
@given(columns)
def test_endings_are_in_order(values: list[str | None]) -> None:
    text = joined(strings(values))
    assert suffix_order(text).tolist() == naive_order(text)


def test_long_repetitions_are_in_order() -> None:
    text = joined(strings(["ab" * 100, "ab" * 100, "b" * 300, "", "ab" * 99]))
    assert suffix_order(text).tolist() == naive_order(text)


@settings(max_examples=300, deadline=None)
@given(columns, patterns, st.sampled_from([4, 256]), st.sampled_from([8, 128]))
def test_like_names_the_rows_that_match(values: list[str | None], pattern: str, rate: int, block: int) -> None:
    column = strings(values)
    found = index_over(column, rate, block).like(pattern)
    matches = pc.match_like(column, pattern).fill_null(False).to_numpy(zero_copy_only=False)
    matching = set(np.flatnonzero(matches))
    if found is None:
        assert pattern
        assert set(pattern) <= {"%", "_"}
        return
    rows = set(found.rows())
    assert rows == matching if found.exact else rows >= matching
    assert len(rows) <= found.count


@pytest.mark.parametrize(
    ("pattern", "exact"),
    [("a%", True), ("%a", True), ("%a%", True), ("%%a%%", True), ("a", True), ("a_", False), ("a%b", False)],
)
def test_which_patterns_need_no_second_look(pattern: str, exact: bool) -> None:
    found = index_over(strings(["a", "b", "ab", "ba"])).like(pattern)
    assert found is not None
    assert found.exact is exact


def test_texts_that_are_everywhere_are_left_to_the_column() -> None:
    column = strings([f"value {row}" for row in range(3000)])
    index = index_over(column)
    assert index.like("%value%") is None
    assert index.like("%ue 2%") is None
    few = index.like("%ue 299%")
    assert few is not None
    assert len(few.rows()) == 11
    whole = index.like("value%")
    assert whole is not None
    assert whole.count == 3000


def test_what_is_too_large_to_sort_is_left_to_the_column() -> None:
    with mock.patch.object(fmindex, "MOST_BYTES", 10):
        assert fmindex.build(strings(["a" * 10]), {}) == {}


def test_a_higher_sample_rate_makes_a_smaller_index_and_more_steps() -> None:
    column = strings(["".join(rng.choice(list("abcdef"), 60)) for _ in range(400)])
    sizes, steps = [], []
    for rate in (4, 64):
        payload = fmindex.build(column, {"fm_sa_sample_rate": rate, "fm_block_bytes": 64})
        sizes.append(sum(array.nbytes for array in payload.values()))
        index = fmindex.open_index(payload, 400)
        with mock.patch.object(_bits.SymbolRanks, "at", autospec=True, side_effect=_bits.SymbolRanks.at) as step:
            found = index.like("%abcd%")
            assert found is not None
            found.rows()
        steps.append(step.call_count)
    assert sizes[1] < 0.8 * sizes[0]
    assert steps[1] > 4 * steps[0]


def test_larger_blocks_make_a_smaller_index_that_reads_more() -> None:
    column = strings(["".join(rng.choice(list("abcdef"), 60)) for _ in range(400)])
    sizes, words = [], []
    for block in (8, 128):
        payload = fmindex.build(column, {"fm_sa_sample_rate": 256, "fm_block_bytes": block})
        sizes.append(sum(array.nbytes for array in payload.values()))
        words.append(fmindex.open_index(payload, 400)._endings.known.words.shape[1])
    assert sizes[1] < 0.8 * sizes[0]
    assert words == [1, 16]


@pytest.mark.parametrize("block_bytes", [8, 16, 128])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 1024, 3000])
def test_bits_before_a_place(count: int, block_bytes: int) -> None:
    mask = rng.random(count) < 0.4
    bits = bits_of(mask, block_bytes)
    assert bits.ones(np.arange(count + 1)).tolist() == [0, *np.cumsum(mask)]
    assert bits.at(np.arange(count)).tolist() == mask.tolist()


@pytest.mark.parametrize("symbols", [1, 2, 5, 200])
def test_symbols_before_a_place(symbols: int) -> None:
    text = rng.integers(0, symbols, 700).astype(np.uint8)
    ranks = symbol_ranks(text, symbols, 8)
    for symbol in set(text.tolist()):
        assert ranks.before(symbol, np.arange(701)).tolist() == [0, *np.cumsum(text == symbol)]
    found, earlier = ranks.at(np.arange(700))
    assert found.tolist() == text.tolist()
    assert earlier.tolist() == [np.count_nonzero(text[:place] == text[place]) for place in range(700)]


def test_its_parameters_have_defaults() -> None:
    spec = resolve_scalar(IndexRequest("FMINDEX"), TITLE)
    assert spec.params == {"fm_sa_sample_rate": 8, "fm_block_bytes": 64}
    assert resolve_scalar(IndexRequest("FMINDEX"), TITLE, Generation.V2_4).params == spec.params


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"fm_sa_sample_rate": "abc"}, "fm_sa_sample_rate for FM-index must be an integer, got: abc"),
        ({"fm_sa_sample_rate": 3}, "fm_sa_sample_rate for FM-index must be in [4, 256], got: 3"),
        ({"fm_sa_sample_rate": "257"}, "fm_sa_sample_rate for FM-index must be in [4, 256], got: 257"),
        ({"fm_block_bytes": "x"}, "fm_block_bytes for FM-index must be an integer, got: x"),
        ({"fm_block_bytes": 4}, "fm_block_bytes for FM-index must be a power of two in [8, 128], got: 4"),
        ({"fm_block_bytes": 24}, "fm_block_bytes for FM-index must be a power of two in [8, 128], got: 24"),
        ({"fm_block_bytes": 256}, "fm_block_bytes for FM-index must be a power of two in [8, 128], got: 256"),
    ],
)
def test_parameters_out_of_range_are_refused_in_milvus_words(params: dict[str, object], text: str) -> None:
    with pytest.raises(ParameterInvalid) as refused:
        resolve_scalar(IndexRequest("FMINDEX", params=params), TITLE)
    assert refused.value.message.startswith(text)


def test_only_text_fields_have_one() -> None:
    with pytest.raises(ParameterInvalid, match="FM-index can only be created on VARCHAR field"):
        resolve_scalar(IndexRequest("FMINDEX"), Field(102, "number", DataType.INT64))
