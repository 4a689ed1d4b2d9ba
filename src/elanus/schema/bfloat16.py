"""bfloat16, the upper half of a float32: kept as its bits, because numpy has no such type."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_KEPT_BITS = 16
_QUIET_NAN = np.uint32(0x0040)


def floats_of(bits: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    """The float32 that each bfloat16 is, a copy of the same shape."""
    wide = bits.astype(np.uint32)
    wide <<= _KEPT_BITS
    return wide.view(np.float32)


def bfloat16_of(floats: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    """The bits of the nearest bfloat16 of each value, ties to even; too large is infinite, NaN stays NaN."""
    bits = np.ascontiguousarray(floats, np.float32).view(np.uint32)
    rounding = np.uint32(0x7FFF) + ((bits >> _KEPT_BITS) & np.uint32(1))
    rounded = (bits + rounding) >> _KEPT_BITS
    return np.where(np.isnan(floats), (bits >> _KEPT_BITS) | _QUIET_NAN, rounded).astype(np.uint16)
