"""From errors to the Status of 1.x, which every answer carries or is."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from elanus import errors
from elanus.doors.grpc_v1.messages import Message, Status
from elanus.errors import Error, Unexpected

logger = logging.getLogger(__name__)

Handler = Callable[[Message, object], Message]
"""(request, call context, which 1.x does not use) -> response"""

SUCCESS = 0
_UNEXPECTED_ERROR = 1
_CODES: dict[type[Error], int] = {
    errors.Denied: 3,
    errors.CollectionNotFound: 4,
    errors.InvalidArgument: 5,
    errors.DimensionMismatch: 7,
    errors.IndexNotSupported: 8,
    errors.CollectionNameInvalid: 9,
    errors.NameTaken: 9,
    errors.TopKInvalid: 10,
    errors.VectorsInvalid: 11,
    errors.PrimaryKeysInvalid: 12,
    errors.MetricNotFound: 23,
    errors.OutOfMemory: 24,
    errors.Rejected: _UNEXPECTED_ERROR,
}
"""``error_code`` of an error and of its kind; what has none is UnexpectedError.

source  Milvus 1.1 status.proto and its mapping of server errors
"""


def ok() -> Message:
    return Status(error_code=SUCCESS, reason="OK")


def status_of(error: Error) -> Message:
    """The Status that says what went wrong; 1.x has one text, so what helps is in it."""
    code = next((_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), _UNEXPECTED_ERROR)
    reason = error.message if error.detail in error.message else f"{error.message} ({error.detail})"
    return Status(error_code=code, reason=reason)


def failure(response_class: type[Message], error: Error) -> Message:
    """An answer of this type that carries nothing but the failure."""
    if response_class is Status:
        return status_of(error)
    return response_class(status=status_of(error))


def guarded(name: str, handler: Handler, response_class: type[Message]) -> Handler:
    """The handler, whatever it raises turned into an answer: the one broad ``except`` of this door."""

    @functools.wraps(handler)
    def call(request: Message, context: object) -> Message:
        try:
            return handler(request, context)
        except Error as error:
            logger.debug("refused", extra={"fields": {"call": name, "code": error.code, "reason": error.message}})
            return failure(response_class, error)
        except Exception as error:
            logger.exception("failed", extra={"fields": {"call": name}})
            return failure(response_class, Unexpected(f"unexpected error in {name}: {type(error).__name__}: {error}"))

    return call
