"""What is offered under a path: the function that answers, and what is said about it in the documentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from elanus.doors.rest.exchange import Request, Response

Answer: TypeAlias = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method on a path.

    path     a part in braces (``/collections/{collection}``) matches any text without a slash
    answer   never raises
    group    heading in the documentation
    body     a ``msgspec.Struct`` that describes the JSON body; None = no body, or a free one
    query    names of the query parameters that are read
    vital    answered also when every thread is busy: health
    """

    method: str
    path: str
    answer: Answer
    group: str
    summary: str
    body: type | None = None
    query: tuple[str, ...] = ()
    vital: bool = False

    @property
    def name(self) -> str:
        """What its calls are counted under."""
        return f"{self.method} {self.path}"
