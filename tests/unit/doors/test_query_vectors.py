"""Placeholder groups as clients send them -> rows of each type."""

from __future__ import annotations

import numpy as np
import pytest

from elanus.doors.grpc_v2.messages import common_pb2, milvus_pb2
from elanus.doors.grpc_v2.query_vectors import query_vectors
from elanus.errors import NotImplementedYet, ParameterInvalid, Rejected
from elanus.schema.sparse import SparseRows
from elanus.service.search.query_texts import Texts


def _placeholders(kind, *values):
    group = common_pb2.PlaceholderGroup(
        placeholders=[common_pb2.PlaceholderValue(tag="$0", type=kind, values=list(values))]
    )
    return milvus_pb2.SearchRequest(placeholder_group=group.SerializeToString())


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [(100, np.uint8), (101, np.float32), (102, np.float16), (103, np.uint16), (105, np.int8)],
)
def test_dense(kind, numbers):
    matrix = np.arange(6).reshape(2, 3).astype(numbers)
    found = query_vectors(_placeholders(kind, *(row.tobytes() for row in matrix)))
    assert found.dtype == numbers
    assert np.array_equal(found, matrix)
    assert np.array_equal(query_vectors(_placeholders(kind, matrix[0].tobytes())), matrix[:1])


def test_sparse():
    pairs = np.array([(2, 0.5), (7, 1.5)], [("index", "<u4"), ("value", "<f4")]).tobytes()
    found = query_vectors(_placeholders(104, pairs, b""))
    assert isinstance(found, SparseRows)
    assert found.to_wire() == [pairs, b""]


def test_texts():
    assert query_vectors(_placeholders(21, "Käse".encode(), b"")) == Texts(("Käse", ""))


def test_queries_that_cannot_be_used():
    with pytest.raises(ParameterInvalid, match="not UTF-8"):
        query_vectors(_placeholders(21, b"\xff"))
    with pytest.raises(NotImplementedYet, match="EmbListBinaryVector"):
        query_vectors(_placeholders(300, bytes(8)))
    with pytest.raises(NotImplementedYet, match="type 999"):
        query_vectors(_placeholders(999, bytes(8)))
    with pytest.raises(ParameterInvalid, match="different dimensions"):
        query_vectors(_placeholders(101, bytes(8), bytes(12)))
    with pytest.raises(ParameterInvalid, match="not a whole number of float32"):
        query_vectors(_placeholders(101, bytes(7)))
    with pytest.raises(ParameterInvalid, match="not a whole number of float16"):
        query_vectors(_placeholders(102, bytes(7)))
    with pytest.raises(Rejected, match="invalid data length in sparse float vector: 9"):
        query_vectors(_placeholders(104, bytes(9)))
    with pytest.raises(ParameterInvalid, match=r"nq \[0\] is invalid"):
        query_vectors(_placeholders(101))
    with pytest.raises(ParameterInvalid, match="cannot be read"):
        query_vectors(milvus_pb2.SearchRequest(placeholder_group=b"\xff"))
