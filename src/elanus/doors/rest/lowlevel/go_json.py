"""Messages as JSON the way Go's plain encoder writes their structs, which is what clients of this API read.

Zero values are left out, numbers (64-bit ones and enums too) are numbers, bytes are base64, and a member of a oneof
stands inside two structs: ``"IDs":{"IdField":{"IntId":{"data":[…]}}}``.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np
from google.protobuf.descriptor import FieldDescriptor

from elanus.doors.grpc_v2.messages import Message

_STATUS = "status"


def answered(message: Message) -> dict[str, Any]:
    """An answer: as :func:`shown`, its status there also when it says nothing but success."""
    content = shown(message)
    if _STATUS in message.DESCRIPTOR.fields_by_name:
        return {_STATUS: {}} | content
    return content


def shown(message: Message) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for field, value in message.ListFields():
        written = _written(field, value)
        choice = field.containing_oneof
        if choice is None or choice.name.startswith("_"):  # the latter stands for an optional field
            content[field.name] = written
        else:
            content[_go_name(choice.name)] = {_go_name(field.name): written}
    return content


def _written(field: Any, value: Any) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entry = field.message_type.fields_by_name["value"]
        return {str(key): _one(entry, value[key]) for key in value}
    if not _is_repeated(field):
        return _one(field, value)
    if field.type == FieldDescriptor.TYPE_FLOAT:
        return np.array(value, np.float32)
    return list(value) if _is_plain(field) else [_one(field, one) for one in value]


def _one(field: Any, value: Any) -> Any:
    match field.type:
        case FieldDescriptor.TYPE_MESSAGE:
            return shown(value)
        case FieldDescriptor.TYPE_BYTES:
            return b64encode(value).decode()
        case FieldDescriptor.TYPE_FLOAT:
            return np.float32(value)
        case _:
            return value


def _is_plain(field: Any) -> bool:
    return field.type not in (FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.TYPE_BYTES)


def _is_repeated(field: Any) -> bool:
    repeated: bool = field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED
    return repeated


def _go_name(name: str) -> str:
    """``int_id`` -> ``IntId``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
