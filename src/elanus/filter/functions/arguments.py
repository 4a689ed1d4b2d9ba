"""What functions share: taking their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from elanus.filter.bind import Binder
    from elanus.filter.mismatch import Value
    from elanus.filter.syntax import Call


def taken(call: Call, binder: Binder, count: int) -> list[Value]:
    """The bound arguments, exactly ``count`` of them. Raises FilterInvalid."""
    if len(call.arguments) != count:
        raise binder.rejection(call, f"{call.name} takes {count} arguments, {len(call.arguments)} given")
    return [binder.value(argument) for argument in call.arguments]
