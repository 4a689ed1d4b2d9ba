from __future__ import annotations

import numpy as np

from elanus.schema.bfloat16 import bfloat16_of, floats_of


def test_every_bfloat16_is_a_float32_and_comes_back() -> None:
    bits = np.arange(2**16, dtype=np.uint16)
    floats = floats_of(bits)
    numbers = ~np.isnan(floats)
    assert np.array_equal(bfloat16_of(floats)[numbers], bits[numbers])
    assert np.isnan(floats_of(bfloat16_of(floats))[~numbers]).all()


def test_rounding_is_to_the_nearest_ties_to_even() -> None:
    near = np.float32([1.0, 1.0078125])  # neighbours
    between = np.float32([1.002, 1.006, 1.00390625, 1.01171875])
    assert floats_of(bfloat16_of(between)).tolist() == [near[0], near[1], near[0], np.float32(1.015625)]


def test_against_the_nearest_by_search() -> None:
    finite = floats_of(np.arange(0x0000, 0x7F80, dtype=np.uint16))  # ascending
    numbers = np.abs(np.random.default_rng(0).standard_normal(500).astype(np.float32))
    above = np.searchsorted(finite, numbers)
    nearest = np.where(numbers - finite[above - 1] < finite[above] - numbers, finite[above - 1], finite[above])
    assert np.array_equal(floats_of(bfloat16_of(numbers)), nearest)


def test_what_is_too_large_is_infinite() -> None:
    assert floats_of(bfloat16_of(np.float32([3.4e38, -3.4e38, np.inf]))).tolist() == [np.inf, -np.inf, np.inf]


def test_shape_is_kept() -> None:
    matrix = np.zeros((3, 5), np.float32)
    assert bfloat16_of(matrix).shape == (3, 5)
    assert floats_of(bfloat16_of(matrix[:, ::2])).shape == (3, 3)
