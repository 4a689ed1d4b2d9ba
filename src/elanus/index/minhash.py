"""MinHash signatures: a binary row read as elements of so many bits, equal ones counted.

source  Broder, "On the resemblance and containment of documents", 1997: the share of equal elements estimates the
        Jaccard similarity of the sets the signatures were made of
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elanus.index.base import Bytes

ELEMENT_BITS = 8
"""Milvus's default."""
_PRIME = np.uint64(0x100000001B3)
_OFFSET = np.uint64(0xCBF29CE484222325)


def elements(vectors: Bytes, bits: int) -> Bytes:
    """(n, elements) the rows as elements of so many bits, a multiple of 8: what MHJACCARD compares."""
    if bits == ELEMENT_BITS:
        return vectors
    size = bits // 8
    kind = np.dtype(f"u{size}") if size in (2, 4, 8) else np.dtype((np.void, size))
    return np.ascontiguousarray(vectors).view(kind)


def band_keys(vectors: Bytes, bits: int, bands: int) -> npt.NDArray[np.uint64]:
    """(n, bands) one hash (FNV-1a, 64 bits) for the elements of each band; elements left over are in no band."""
    width = vectors.shape[1] // (bits // 8) // bands * (bits // 8)
    keys = np.full((len(vectors), bands), _OFFSET, np.uint64)
    banded = vectors[:, : width * bands].reshape(len(vectors), bands, width)
    for byte in range(width):
        keys ^= banded[:, :, byte]
        keys *= _PRIME
    return keys
