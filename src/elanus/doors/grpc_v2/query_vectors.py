"""The queries of a search request: a placeholder group -> rows in the type they were sent in, or texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from elanus.doors.grpc_v2.messages import Message, common_pb2
from elanus.doors.grpc_v2.vector_columns import sparse_rows
from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.index.base import Vectors
from elanus.service.search.query_texts import SentQueries, Texts

_SPARSE = common_pb2.PlaceholderType.SparseFloatVector
_TEXT = common_pb2.PlaceholderType.VarChar
_NUMBERS: dict[int, npt.DTypeLike] = {
    common_pb2.PlaceholderType.FloatVector: "<f4",
    common_pb2.PlaceholderType.Float16Vector: "<f2",
    common_pb2.PlaceholderType.BFloat16Vector: "<u2",
    common_pb2.PlaceholderType.Int8Vector: "i1",
    common_pb2.PlaceholderType.BinaryVector: "u1",
}


def query_vectors(request: Message) -> SentQueries:
    """nq rows, of dense vectors a view of the request's bytes; or texts.

    Raises ParameterInvalid, Rejected (sparse), NotImplementedYet (lists of vectors).
    """
    try:
        placeholders = common_pb2.PlaceholderGroup.FromString(request.placeholder_group).placeholders
    except DecodeError as wrong:
        raise ParameterInvalid(f"the query vectors cannot be read: {wrong}") from None
    if not placeholders or not placeholders[0].values:
        raise ParameterInvalid("nq [0] is invalid, nq (number of search vector per search request) should be in range"
                               " [1, 16384], but got 0")  # fmt: skip
    kind, values = placeholders[0].type, placeholders[0].values
    if kind in _NUMBERS:
        return _matrix(values, np.dtype(_NUMBERS[kind]))
    if kind == _SPARSE:
        return sparse_rows(values)
    if kind == _TEXT:
        return Texts(tuple(texts_of(values)))
    name = common_pb2.PlaceholderType.Name(kind) if kind in common_pb2.PlaceholderType.values() else kind
    raise NotImplementedYet(f"queries of type {name} are not implemented by Elanus yet, send vectors")


def texts_of(values: Sequence[bytes]) -> list[str]:
    """Raises ParameterInvalid for what is not UTF-8."""
    try:
        return [value.decode() for value in values]
    except UnicodeDecodeError as wrong:
        raise ParameterInvalid(f"a text that is searched for is not UTF-8: {wrong}: invalid parameter") from None


def _matrix(values: Sequence[bytes], number: np.dtype[Any]) -> Vectors:
    columns, rest = divmod(len(values[0]), number.itemsize)
    if rest:
        raise ParameterInvalid(f"a query vector of {len(values[0])} bytes is not a whole number of {number.name}")
    if len(values) == 1:
        return cast("Vectors", np.frombuffer(values[0], number).reshape(1, columns))
    if len({len(value) for value in values}) > 1:
        raise ParameterInvalid("the query vectors have different dimensions: invalid parameter")
    return cast("Vectors", np.frombuffer(b"".join(values), number).reshape(len(values), columns))
