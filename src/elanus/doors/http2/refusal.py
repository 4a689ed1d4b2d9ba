"""Calls that end with a gRPC status instead of an answer."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """gRPC's status codes, those this door sends."""

    OK = 0
    UNKNOWN = 2
    DEADLINE_EXCEEDED = 4
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


class Refused(Exception):
    """To be told to the caller."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(f"{status.name}: {message}")
        self.status = status
        self.message = message
