from __future__ import annotations

import numpy as np

from elanus.schema.float16 import floats_of


def test_every_finite_float16_is_its_float32() -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    found = floats_of(halves)
    assert np.array_equal(found, halves.astype(np.float32))
    assert np.array_equal(np.signbit(found), np.signbit(halves))


def test_shape_and_strides() -> None:
    matrix = np.arange(24, dtype=np.float16).reshape(4, 6)
    assert np.array_equal(floats_of(matrix[1:, ::2]), matrix[1:, ::2].astype(np.float32))
    assert floats_of(matrix[:0]).shape == (0, 6)


def test_the_halves_stay_as_they_were() -> None:
    matrix = np.ones((2, 2), np.float16)
    floats_of(matrix)
    assert matrix.tolist() == [[1.0, 1.0], [1.0, 1.0]]
