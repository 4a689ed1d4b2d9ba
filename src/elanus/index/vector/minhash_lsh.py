"""MINHASH_LSH: rows whose MinHash signatures are equal in at least one band are candidates.

source  Indyk and Motwani, "Approximate nearest neighbors: towards removing the curse of dimensionality", 1998; Milvus,
        whose search without mh_search_with_jaccard gives every candidate the similarity 1
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, cast

import numpy as np

from elanus.errors import ParameterInvalid
from elanus.index._row_lists import expanded, matrix_of
from elanus.index.arrays import map_arrays, write_arrays
from elanus.index.base import (
    Bits,
    BuildEstimate,
    Bytes,
    Foreseen,
    Hits,
    IndexBuilder,
    IndexSpec,
    IndexType,
    Queries,
    Rows,
    VectorIndex,
    Vectors,
)
from elanus.index.exact import rerank
from elanus.index.generation import Generation
from elanus.index.minhash import ELEMENT_BITS, band_keys, elements
from elanus.index.params import INT_MAX, Param, Values
from elanus.index.stored import as_bytes
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

WIDTH = Param(
    "mh_element_bit_width",
    int,
    "Bits of one element of a signature, a multiple of 8 and a divisor of dim: 32 or 64 in practice.",
    low=8,
    high=256,
    default=ELEMENT_BITS,
)
BANDS = Param(
    "mh_lsh_band",
    int,
    "Bands a signature is cut into: more finds less similar rows too, for a larger index and more candidates.",
    low=1,
    high=INT_MAX,
    default=1,
)
JACCARD = Param(
    "mh_search_with_jaccard",
    bool,
    "Order the candidates by their estimated Jaccard similarity; without it each has the similarity 1.",
    default=False,
)
CANDIDATES = Param(
    "refine_k",
    int,
    "Candidates to measure with mh_search_with_jaccard, at least k: those equal in most bands.",
    low=1,
    high=INT_MAX,
    default=1,
)
_MAPPED = "Keys and rows are mapped from disk; checked, and without effect."
SLICE_BYTES = 1 << 22


class MinhashLshBuilder(IndexBuilder):
    """Hashes the bands of each row; sorts the hashes of each band when all are there."""

    needs_training: ClassVar[bool] = False

    def __init__(self, spec: IndexSpec, row_count: int) -> None:
        self._spec = spec
        self._keys: list[np.typing.NDArray[np.uint64]] = []
        self.slice_rows = max(64, SLICE_BYTES // (spec.dim // 8 + 8 * _bands(spec)))

    @classmethod
    def estimate(cls, spec: IndexSpec, row_count: int) -> BuildEstimate:
        file = 12 * row_count * _bands(spec)
        return BuildEstimate(peak_bytes=3 * file, resident_bytes=0, disk_bytes=file)

    def train(self, sample: Queries) -> Iterator[Foreseen]:
        """Nothing is trained."""
        return iter(())

    def add(self, vectors: Vectors) -> None:
        self._keys.append(band_keys(as_bytes(vectors), _width(self._spec), _bands(self._spec)))

    def save(self, path: Path) -> None:
        keys = np.concatenate([np.empty((0, _bands(self._spec)), np.uint64), *self._keys]).T
        rows = keys.argsort(axis=1, kind="stable")
        write_arrays(path, {"keys": np.take_along_axis(keys, rows, 1), "rows": rows.astype(np.uint32)})

    def resume(self, path: Path, vectors: Vectors) -> int:
        held = map_arrays(path)
        keys = np.empty_like(held["keys"])
        np.put_along_axis(keys, held["rows"].astype(np.int64), held["keys"], 1)
        self._keys = [keys.T]
        return len(self._keys[0])


class MinhashLshIndex(VectorIndex):
    short_is_complete = True

    def __init__(self, path: Path, spec: IndexSpec, vectors: Bytes) -> None:
        arrays = map_arrays(path)
        self._keys, self._rows = arrays["keys"], arrays["rows"]
        self._width = _width(spec)
        self._elements = elements(vectors, self._width)
        self.row_count = len(vectors)
        self.resident_bytes = 0

    def search(self, queries: Queries, k: int, *, mask: Bits | None, params: Values) -> Hits:
        asked = as_bytes(cast("Bytes", queries))
        candidates = self._candidates(asked, mask)
        if not params[JACCARD.name]:
            return _unmeasured(candidates, k)
        candidates = candidates[:, : max(k, int(params[CANDIDATES.name]))]
        return rerank(self._elements, candidates, elements(asked, self._width), k, Metric.MHJACCARD)

    def widened(self, params: Values, *, k: int, kept: float) -> Values:
        return params

    def _candidates(self, queries: Bytes, mask: Bits | None) -> Rows:
        """(nq, c) the rows that share a band with the query, those that share most bands first; -1 = none."""
        wanted = band_keys(queries, self._width, len(self._keys))
        starts = np.stack([np.searchsorted(keys, asked) for keys, asked in self._paired(wanted)], axis=1)
        ends = np.stack([np.searchsorted(keys, asked, side="right") for keys, asked in self._paired(wanted)], axis=1)
        offsets = len(self._rows[0]) * np.arange(len(self._keys))
        positions, owners = expanded(starts + offsets, ends + offsets)
        pairs, shared = np.unique(owners << 32 | self._rows.ravel()[positions], return_counts=True)
        order = np.lexsort((pairs, -shared, pairs >> 32))
        return matrix_of(pairs[order] & 0xFFFFFFFF, pairs[order] >> 32, len(queries), mask)

    def _paired(self, wanted: np.typing.NDArray[np.uint64]) -> zip[tuple[Rows, Rows]]:
        return zip(self._keys, wanted.T, strict=True)


def open_minhash_lsh(path: Path, spec: IndexSpec, vectors: Vectors) -> MinhashLshIndex:
    return MinhashLshIndex(path, spec, as_bytes(vectors))


def _unmeasured(candidates: Rows, k: int) -> Hits:
    """The first k candidates, each at similarity 1."""
    rows = np.pad(candidates[:, :k], ((0, 0), (0, max(0, k - candidates.shape[1]))), constant_values=-1)
    return Hits(np.where(rows < 0, np.float32(np.inf), np.float32(-1)), rows)


def _width(spec: IndexSpec) -> int:
    return int(spec.params[WIDTH.name])


def _bands(spec: IndexSpec) -> int:
    return int(spec.params[BANDS.name])


def _check(spec: IndexSpec) -> None:
    width = _width(spec)
    if width % 8 or spec.dim % width:
        raise ParameterInvalid(
            f"{WIDTH.name}({width}) should be a multiple of 8 and a divisor of the dimension({spec.dim})"
        )
    if _bands(spec) > spec.dim // width:
        raise ParameterInvalid(
            f"{BANDS.name}({_bands(spec)}) should not be larger than the number of elements({spec.dim // width})"
        )


DECLARATION = IndexType(
    name="MINHASH_LSH",
    aliases=(),
    about="Finds near-duplicates: rows whose MinHash signature agrees in a whole band.",
    data_types=(DataType.BINARY_VECTOR,),
    metrics=(Metric.MHJACCARD,),
    build_params=(
        WIDTH,
        BANDS,
        Param("mh_lsh_code_in_mem", bool, _MAPPED, default=False, inert=True),
        Param(
            "with_raw_data",
            bool,
            "Keep the signatures to measure candidates on. The segment's own rows serve: checked, and without effect.",
            default=False,
            inert=True,
        ),
        Param(
            "mh_lsh_bloom_false_positive_prob",
            float,
            "Sorted hashes need no Bloom filter; checked, and without effect.",
            low=0,
            high=1,
            default=0.01,
            inert=True,
        ),
        Param("mh_lsh_aligned_block_size", int, _MAPPED, low=4096, high=INT_MAX, inert=True),
        Param(
            "mh_lsh_shared_bloom_filter",
            bool,
            "Sorted hashes need no Bloom filter; checked, and without effect.",
            inert=True,
        ),
    ),
    search_params=(
        JACCARD,
        CANDIDATES,
        Param(
            "mh_lsh_batch_search",
            bool,
            "Queries are always looked up together; checked, and without effect.",
            inert=True,
        ),
    ),
    builder=MinhashLshBuilder,
    open=open_minhash_lsh,
    since=Generation.V2_6,
    check_build=_check,
)
