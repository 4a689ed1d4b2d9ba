"""float16 read as float32 much faster than numpy does: its bits moved into place, then one product."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_MOVED_BITS = 13
"""By which the 10 bits of a float16's fraction come to lie at the top of the 23 of a float32."""
_SIGN_EXPONENT_FRACTION = np.int32(-0x70002000)
"""What is left of the moved bits: not the copies of the sign between sign and exponent."""
_REBIASED = np.float32(2.0**112)
"""The exponent of a float16 counts from 2^-15, that of a float32 from 2^-127."""


def floats_of(halves: npt.NDArray[np.float16]) -> npt.NDArray[np.float32]:
    """The float32 that each finite float16 is, a copy of the same shape; infinities and NaN are not preserved."""
    wide = halves.view(np.int16).astype(np.int32)
    wide <<= _MOVED_BITS
    wide &= _SIGN_EXPONENT_FRACTION
    floats: npt.NDArray[np.float32] = wide.view(np.float32)
    floats *= _REBIASED
    return floats
