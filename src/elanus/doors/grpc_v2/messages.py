"""The message classes of Milvus's protocol, as pymilvus ships them.

``import pymilvus`` takes almost two seconds (it loads pandas), its generated messages alone 0.13 s. So unless it is
there already they are loaded from its folder under a name of our own. Both are the same classes: protobuf keeps one
class per message type and process.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from typing import Any, TypeAlias

from google.protobuf import message_factory

from elanus.schema.types import DataType

Message: TypeAlias = Any
"""A protobuf message; the generated classes carry no types."""

_PACKAGE = "elanus_milvus_messages"


def _module(name: str) -> Any:
    if "pymilvus.grpc_gen" in sys.modules:
        return importlib.import_module(f"pymilvus.grpc_gen.{name}")
    if _PACKAGE not in sys.modules:
        _register_package()
    return importlib.import_module(f"{_PACKAGE}.{name}")


def _register_package() -> None:
    pymilvus = importlib.util.find_spec("pymilvus")
    if pymilvus is None or not pymilvus.submodule_search_locations:
        raise ModuleNotFoundError("pymilvus is not installed; Elanus speaks its message classes", name="pymilvus")
    spec = ModuleSpec(_PACKAGE, loader=None, is_package=True)
    spec.submodule_search_locations = [f"{place}/grpc_gen" for place in pymilvus.submodule_search_locations]
    sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)


milvus_pb2: Any = _module("milvus_pb2")
common_pb2: Any = _module("common_pb2")
schema_pb2: Any = _module("schema_pb2")

SERVICE = "milvus.proto.milvus.MilvusService"
_SERVICES = [milvus_pb2.DESCRIPTOR.services_by_name[name] for name in ("MilvusService", "ClientTelemetryService")]
RPCS: dict[str, Any] = {
    f"/{service.full_name}/{method.name}": method for service in _SERVICES for method in service.methods
}
"""Descriptor of every RPC of the protocol, by path."""

SCALAR_SLOTS: Mapping[DataType, str] = {
    DataType.BOOL: "bool_data",
    DataType.INT8: "int_data",
    DataType.INT16: "int_data",
    DataType.INT32: "int_data",
    DataType.INT64: "long_data",
    DataType.FLOAT: "float_data",
    DataType.DOUBLE: "double_data",
    DataType.STRING: "string_data",
    DataType.VARCHAR: "string_data",
}
"""Where a message holds numbers and texts of a type."""


def path(name: str) -> str:
    """gRPC path of an RPC of the Milvus service."""
    return f"/{SERVICE}/{name}"


def request_class(rpc_path: str) -> type[Message]:
    return _class_of(RPCS[rpc_path].input_type)


def response_class(rpc_path: str) -> type[Message]:
    return _class_of(RPCS[rpc_path].output_type)


def _class_of(descriptor: Any) -> type[Message]:
    found: type[Message] = message_factory.GetMessageClass(descriptor)
    return found
