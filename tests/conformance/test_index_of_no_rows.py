"""Every index type over a segment whose rows are all NULL in its field: built, opened, and nothing found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conformance.types import SAMPLES, TYPES, built, kind_of, spec_of
from elanus.index.partial import PartialIndex
from elanus.index.request import check_search


@pytest.mark.parametrize("name", TYPES)
def test_no_rows_are_an_index(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[kind_of(name)]
    spec = spec_of(name)
    index = PartialIndex(built(tmp_path / "index-1.idx", spec, sample.vectors[:0]), np.empty(0, np.int64), 100)
    try:
        hits = index.search(sample.asked[:3], 5, mask=None, params=check_search(spec, {}, 5))
    finally:
        index.close()
    assert hits.rows.shape == (3, 5)
    assert (hits.rows == -1).all()
