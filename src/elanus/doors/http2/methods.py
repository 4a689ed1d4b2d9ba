"""The handlers by path, each from the bytes of a request to a response."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import DecodeError

from elanus.doors.denials import status_name
from elanus.doors.grpc_v2.call import CallContext, Handler
from elanus.doors.http2.answers import answered, refused
from elanus.doors.http2.grpc_framing import Metadata
from elanus.doors.http2.refusal import Refused, Status
from elanus.doors.http2.stream import Response
from elanus.doors.protocols import RPCS, refusal, request_class
from elanus.errors import Denied

logger = logging.getLogger(__name__)


class Method:
    """One RPC. A path outside the Milvus protocol carries plain bytes both ways."""

    def __init__(self, path: str, handler: Handler) -> None:
        self.path = path
        self._handler = handler
        in_protocol = path in RPCS
        self._parse: Callable[[bytes], Any] = request_class(path).FromString if in_protocol else _as_is
        self._serialize: Callable[[Any], bytes] = _serialized if in_protocol else _as_is

    def parse(self, message: bytes) -> Any:
        """The request. Raises Refused."""
        try:
            return self._parse(message)
        except DecodeError as error:
            raise Refused(Status.INTERNAL, f"the request is no {self.path} message: {error}") from error

    def answer(self, request: Any, metadata: Metadata) -> Response:
        """The response, whatever happens."""
        try:
            return answered(self._serialize(self._handler(request, CallContext(metadata))))
        except Denied as denied:
            return refused(Refused(Status[status_name(denied)], denied.message))
        except Exception as error:
            logger.exception("failed", extra={"fields": {"call": self.path}})
            return refused(Refused(Status.UNKNOWN, f"unexpected error: {type(error).__name__}: {error}"))


class Methods:
    """All methods by path."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._methods = {path.encode(): Method(path, handler) for path, handler in handlers.items()}

    def get(self, path: bytes) -> Method:
        """Raises Refused: there is none."""
        method = self._methods.get(path)
        if method is None:
            raise Refused(Status.UNIMPLEMENTED, refusal(path.decode("utf-8", "replace")))
        return method


def _as_is(message: bytes) -> bytes:
    return message


def _serialized(message: Any) -> bytes:
    data: bytes = message.SerializeToString()
    return data
