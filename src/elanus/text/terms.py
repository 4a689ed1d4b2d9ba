"""How often each term is in each text, as sparse vectors: what a BM25 function computes.

source  Milvus: the dimension of a term is the CRC-32 of its first 100 bytes, below 2**32 - 1
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from elanus.schema.sparse import SparseRows
from elanus.text.tokens import Tokens

_HASHED_BYTES = 100
_LIMIT = 2**32 - 1


def term_number(term: str) -> int:
    """The dimension of a term."""
    return zlib.crc32(term.encode()[:_HASHED_BYTES]) % _LIMIT


def term_numbers(terms: Iterable[str]) -> npt.NDArray[np.uint32]:
    return np.fromiter(map(term_number, terms), np.uint32)


def term_counts(tokens: Tokens) -> SparseRows:
    """A row for each text: how often it has each of its terms."""
    numbers = term_numbers(tokens.terms).astype(np.uint64)[tokens.codes]
    places = tokens.row_of_token().astype(np.uint64) << np.uint64(32) | numbers
    found, counts = np.unique(places, return_counts=True)
    rows = (found >> np.uint64(32)).astype(np.int64)
    indptr = np.searchsorted(rows, np.arange(len(tokens) + 1))
    return SparseRows(indptr, found.astype(np.uint32), counts.astype(np.float32))
