"""How gRPC says that a call was not let in: by the status of the call, not in an answer (as Milvus does)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from elanus.errors import Denied, PermissionDenied, SignInsBusy, Unauthenticated

_STATUSES: Final[Mapping[type[Denied], str]] = {
    Unauthenticated: "UNAUTHENTICATED",
    SignInsBusy: "UNAVAILABLE",  # what clients try again by themselves
    PermissionDenied: "PERMISSION_DENIED",
}


def status_name(denied: Denied) -> str:
    """Name of gRPC's status code."""
    return _STATUSES[type(denied)]
