"""JSON -> message. Most bodies are the message itself; a schema, columns and query vectors have shapes of their own."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import orjson
from google.protobuf.json_format import ParseDict, ParseError

from elanus.doors.grpc_v2.messages import SCALAR_SLOTS, Message, common_pb2, schema_pb2
from elanus.errors import BodyUnreadable
from elanus.schema.types import DataType


def read_request(name: str, message_class: type[Message], body: bytes) -> Message:
    """The request of this RPC; an empty body is an empty one. Raises BodyUnreadable."""
    try:
        content = orjson.loads(body) if body.strip() else {}
        if not isinstance(content, dict):
            raise TypeError(f"an object is expected, got {type(content).__name__}")
        return _SHAPED.get(name, _plain)(message_class, content)
    except (ParseError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as wrong:
        raise BodyUnreadable(f"bad request: parse body failed: {wrong}") from None


def _plain(message_class: type[Message], content: Mapping[str, Any]) -> Message:
    return ParseDict(content, message_class(), ignore_unknown_fields=True)


def _new_collection(message_class: type[Message], content: Mapping[str, Any]) -> Message:
    request = _plain(message_class, _without(content, "schema"))
    schema = content.get("schema") or {}
    if not isinstance(schema, dict):
        raise TypeError(f"schema is an object, got {type(schema).__name__}")
    request.schema = _plain(schema_pb2.CollectionSchema, schema).SerializeToString()
    return request


def _insert(message_class: type[Message], content: Mapping[str, Any]) -> Message:
    request = _plain(message_class, _without(content, "fields_data"))
    request.fields_data.extend(_column(column) for column in content.get("fields_data") or [])
    return request


def _column(column: Mapping[str, Any]) -> Message:
    kind = DataType(column["type"])
    data = schema_pb2.FieldData(
        type=int(kind), field_name=column.get("field_name", ""), field_id=column.get("field_id", 0)
    )
    values = column.get("field") or []
    if kind is DataType.FLOAT_VECTOR:
        matrix = _matrix(values)
        data.vectors.dim = matrix.shape[1]
        data.vectors.float_vector.data.extend(matrix.reshape(-1))
    elif kind in SCALAR_SLOTS:
        getattr(data.scalars, SCALAR_SLOTS[kind]).data.extend(values)
    else:
        raise TypeError(f"columns of type {kind.milvus_name} are not supported here, field: {data.field_name}")
    return data


def _matrix(vectors: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    matrix = np.array(vectors, np.float32)
    if matrix.ndim != 2:
        raise TypeError("vectors are lists of numbers, all of one length")
    return matrix


def _search(message_class: type[Message], content: Mapping[str, Any]) -> Message:
    request = _plain(message_class, _without(content, "vectors", "binary_vectors"))
    if not content.get("binary_vectors") and not content.get("vectors"):
        return request  # which is refused as one without vectors
    if content.get("binary_vectors"):
        kind = common_pb2.PlaceholderType.BinaryVector
        values = [b64decode(text, validate=True) for text in content["binary_vectors"]]
    else:
        kind = common_pb2.PlaceholderType.FloatVector
        values = [row.tobytes() for row in _matrix(content["vectors"])]
    placeholder = common_pb2.PlaceholderValue(tag="$0", type=kind, values=values)
    request.placeholder_group = common_pb2.PlaceholderGroup(placeholders=[placeholder]).SerializeToString()
    request.nq = request.nq or len(values)
    return request


def _without(content: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in names}


_SHAPED: Mapping[str, Callable[[type[Message], Mapping[str, Any]], Message]] = {
    "CreateCollection": _new_collection,
    "Insert": _insert,
    "Search": _search,
}
