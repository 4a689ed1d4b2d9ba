"""The message classes of the 1.x protocol, in a descriptor pool of their own.

``milvus.proto`` is also a name of the 2.x protocol, and pymilvus may be in the same process: in the pool that all
share, the two would clash.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any, TypeAlias

from google.protobuf import message_factory
from google.protobuf.descriptor_pool import DescriptorPool

from elanus.doors.grpc_v1.proto import read_proto

Message: TypeAlias = Any
"""A protobuf message; classes made at run time carry no types."""

SERVICE = "milvus.grpc.MilvusService"
_PROTO = "milvus.proto"


def _pool() -> DescriptorPool:
    text = files(__package__).joinpath(_PROTO).read_text(encoding="utf-8")
    pool = DescriptorPool()
    pool.AddSerializedFile(read_proto(_PROTO, text).SerializeToString())
    return pool


_POOL = _pool()
RPCS: dict[str, Any] = {f"/{SERVICE}/{method.name}": method for method in _POOL.FindServiceByName(SERVICE).methods}
"""Descriptor of every RPC of the protocol, by path."""


def _class(name: str) -> Any:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"milvus.grpc.{name}"))


BoolReply = _class("BoolReply")
CollectionInfo = _class("CollectionInfo")
CollectionNameList = _class("CollectionNameList")
CollectionRowCount = _class("CollectionRowCount")
CollectionSchema = _class("CollectionSchema")
IndexParam = _class("IndexParam")
KeyValuePair = _class("KeyValuePair")
PartitionList = _class("PartitionList")
RowRecord = _class("RowRecord")
Status = _class("Status")
StringReply = _class("StringReply")
TopKQueryResult = _class("TopKQueryResult")
VectorIds = _class("VectorIds")
VectorsData = _class("VectorsData")


def path(name: str) -> str:
    """gRPC path of an RPC of the 1.x service."""
    return f"/{SERVICE}/{name}"


def response_class(rpc_path: str) -> type[Message]:
    found: type[Message] = message_factory.GetMessageClass(RPCS[rpc_path].output_type)
    return found
