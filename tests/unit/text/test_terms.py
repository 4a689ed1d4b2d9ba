"""Term counts against a dictionary."""

from __future__ import annotations

import zlib
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from elanus.text.analyzer import analyzer_of, text_column
from elanus.text.terms import term_counts, term_number


@settings(deadline=None)  # the first call loads a library
@given(texts=st.lists(st.text("ab \u00e9", max_size=30), max_size=10))
def test_counts_are_those_of_a_loop(texts):
    rows = term_counts(analyzer_of("").tokens(text_column(texts)))
    assert len(rows) == len(texts)
    assert not rows.out_of_order().any()
    for place, text in enumerate(texts):
        wanted = Counter(term_number(word) for word in text.lower().split())
        row = rows[place : place + 1].packed()
        assert dict(zip(row.indices.tolist(), row.values.tolist(), strict=True)) == wanted


def test_a_term_is_the_crc_of_its_first_hundred_bytes():
    assert term_number("milvus") == zlib.crc32(b"milvus")
    assert term_number("\u00e9" * 60) == term_number("\u00e9" * 50 + "other") == zlib.crc32("\u00e9".encode() * 50)


def test_types_are_those_of_sparse_rows():
    rows = term_counts(analyzer_of("").tokens(text_column(["a b a"])))
    assert (rows.indptr.dtype, rows.indices.dtype, rows.values.dtype) == (np.int64, np.uint32, np.float32)
