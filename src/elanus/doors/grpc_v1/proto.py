"""Reads a ``.proto`` file as far as this protocol goes: flat messages, plain fields, unary calls.

The compiler of protobuf would make the same descriptor; this way the file people read is the one that is used, and no
generated one stands beside it.
"""

from __future__ import annotations

import re

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    ServiceDescriptorProto,
)

_COMMENT = re.compile(r"//[^\n]*")
_PACKAGE = re.compile(r"package ([\w.]+);")
_MESSAGE = re.compile(r"message (\w+) \{(.*?)\}", re.DOTALL)
_FIELD = re.compile(r"(repeated )?(\w+) (\w+) = (\d+);")
_SERVICE = re.compile(r"service (\w+) \{(.*?)\}", re.DOTALL)
_CALL = re.compile(r"rpc (\w+) \((\w+)\) returns \((\w+)\);")

_SCALARS = {
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
    "float": FieldDescriptorProto.TYPE_FLOAT,
    "int32": FieldDescriptorProto.TYPE_INT32,
    "int64": FieldDescriptorProto.TYPE_INT64,
    "string": FieldDescriptorProto.TYPE_STRING,
}


def read_proto(name: str, text: str) -> FileDescriptorProto:
    """The descriptor of a proto3 file of this text."""
    text = _COMMENT.sub("", text)
    package = _PACKAGE.findall(text)[0]
    return FileDescriptorProto(
        name=name,
        package=package,
        syntax="proto3",
        message_type=[_message(package, *found) for found in _MESSAGE.findall(text)],
        service=[_service(package, *found) for found in _SERVICE.findall(text)],
    )


def _message(package: str, name: str, body: str) -> DescriptorProto:
    return DescriptorProto(name=name, field=[_field(package, *found) for found in _FIELD.findall(body)])


def _field(package: str, repeated: str, kind: str, name: str, number: str) -> FieldDescriptorProto:
    label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
    field = FieldDescriptorProto(name=name, number=int(number), label=label)
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{package}.{kind}"
    return field


def _service(package: str, name: str, body: str) -> ServiceDescriptorProto:
    service = ServiceDescriptorProto(name=name)
    for call, request, response in _CALL.findall(body):
        service.method.add(name=call, input_type=f".{package}.{request}", output_type=f".{package}.{response}")
    return service
