"""From errors to Milvus's Status, which every answer carries or is.

A failure sets both numbers: ``code`` (Milvus 2.3 and later) and ``error_code`` (2.0 to 2.2).
"""

from __future__ import annotations

import functools
import logging

from elanus.doors.grpc_v2.call import CallContext, Handler
from elanus.doors.grpc_v2.messages import Message, common_pb2
from elanus.errors import Error, Unexpected

logger = logging.getLogger(__name__)

_UNEXPECTED_ERROR = 1
_LEGACY = {
    1: 56,  # NotReadyServe
    3: 52,  # InsufficientMemoryToLoad
    7: 54,  # DiskQuotaExhausted
    8: 49,  # RateLimit
    9: 48,  # ForceDeny
    11: 55,  # TimeTickLongDelay
    100: 4,  # CollectionNotExists
    109: 62,  # SchemaMismatch
    110: 56,  # NotReadyServe
    200: 15,  # MetaFailed
    600: 47,  # SegmentNotFound
    700: 25,  # IndexNotExist
    1100: 5,  # IllegalArgument
}
"""``code`` -> ``error_code``; what is not here is UnexpectedError."""


def ok() -> Message:
    return common_pb2.Status()


def status_of(error: Error) -> Message:
    """The Status that says what went wrong."""
    status = common_pb2.Status(
        code=error.code,
        error_code=_LEGACY.get(error.code, _UNEXPECTED_ERROR),
        reason=error.message,
        detail=error.detail,
        retriable=error.retriable,
    )
    if error.input_error:
        status.extra_info["is_input_error"] = "true"
    return status


def failure(response_class: type[Message], error: Error) -> Message:
    """An answer of this type that carries nothing but the failure."""
    if response_class is common_pb2.Status:
        return status_of(error)
    return response_class(**{status_field(response_class): status_of(error)})


def status_field(response_class: type[Message]) -> str:
    """Where an answer of this type carries its status."""
    return "alter_status" if "alter_status" in response_class.DESCRIPTOR.fields_by_name else "status"


def guarded(name: str, handler: Handler, response_class: type[Message]) -> Handler:
    """The handler, whatever it raises turned into an answer: the one broad ``except`` of this door.

    Every answer that can carry a status carries one: to clients in JavaScript and Java a missing one is no success.
    """
    carries_status = "status" in response_class.DESCRIPTOR.fields_by_name

    @functools.wraps(handler)
    def call(request: Message, context: CallContext) -> Message:
        try:
            answer = handler(request, context)
            if carries_status:
                answer.status.SetInParent()
            return answer
        except Error as error:
            logger.debug("refused", extra={"fields": {"call": name, "code": error.code, "reason": error.message}})
            return failure(response_class, error)
        except Exception as error:
            logger.exception("failed", extra={"fields": {"call": name}})
            return failure(response_class, Unexpected(f"unexpected error in {name}: {type(error).__name__}: {error}"))

    return call
