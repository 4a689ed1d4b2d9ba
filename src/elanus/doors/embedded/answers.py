"""What gRPC's callers expect around a response: a call that has ended, and the error of one that was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc


class RefusedCall(grpc.RpcError):  # type: ignore[misc]
    """A call that ended with a gRPC status instead of an answer."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(f"{code.name}: {details}")
        self._code = code
        self._details = details

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details

    def debug_error_string(self) -> str:
        return self._details

    def initial_metadata(self) -> tuple[()]:
        return ()

    def trailing_metadata(self) -> tuple[()]:
        return ()


class EndedCall(grpc.Call, grpc.Future):  # type: ignore[misc]
    """A call that has ended: its answer, or the exception it ended with."""

    def __init__(self, response: Any, error: Exception | None = None) -> None:
        self._response = response
        self._error = error

    def result(self, timeout: float | None = None) -> Any:
        if self._error is not None:
            raise self._error
        return self._response

    def exception(self, timeout: float | None = None) -> Exception | None:
        return self._error

    def traceback(self, timeout: float | None = None) -> Any:
        return None if self._error is None else self._error.__traceback__

    def add_done_callback(self, fn: Callable[[EndedCall], None]) -> None:
        fn(self)

    def done(self) -> bool:
        return True

    def running(self) -> bool:
        return False

    def cancel(self) -> bool:
        return False

    def cancelled(self) -> bool:
        return False

    def code(self) -> grpc.StatusCode:
        return self._error.code() if isinstance(self._error, RefusedCall) else grpc.StatusCode.OK

    def details(self) -> str:
        return "" if self._error is None else str(self._error)

    def initial_metadata(self) -> tuple[()]:
        return ()

    def trailing_metadata(self) -> tuple[()]:
        return ()

    def is_active(self) -> bool:
        return False

    def time_remaining(self) -> None:
        return None

    def add_callback(self, callback: Callable[[], None]) -> bool:
        return False
