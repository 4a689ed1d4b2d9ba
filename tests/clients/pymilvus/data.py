"""The rows every client stores, and what a search over them must find. The same numbers in every language."""

import numpy

DIM = 8
ROWS = 600
SEED = 20211
MULTIPLIER, MODULUS = 16807, 2**31 - 1
"""Park and Miller's generator: exact in the floating-point numbers of JavaScript, too."""


def _vectors():
    state, numbers = SEED, []
    for _ in range(ROWS * DIM):
        state = state * MULTIPLIER % MODULUS
        numbers.append(state / MODULUS)
    return numpy.array(numbers, numpy.float32).reshape(ROWS, DIM)


VECTORS = _vectors()
IDS = list(range(ROWS))
PRICES = [i % 10 for i in IDS]


def nearest(query, k, rows=IDS):
    """The ids of the k rows nearest to a vector (L2), nearest first: exact, for comparison."""
    kept = numpy.array(rows)
    distances = ((VECTORS[kept].astype(float) - numpy.asarray(query, float)) ** 2).sum(axis=1)
    return kept[numpy.argsort(distances)[:k]].tolist()


def cheap(limit):
    return [i for i in IDS if PRICES[i] < limit]
