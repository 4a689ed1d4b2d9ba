"""What functions share: taking their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elanus.filter.syntax.tree import Option

if TYPE_CHECKING:
    from elanus.filter.bind import Binder
    from elanus.filter.mismatch import Value
    from elanus.filter.syntax.tree import Call, Node


def taken(call: Call, binder: Binder, count: int) -> list[Value]:
    """The bound arguments, exactly ``count`` of them. Raises FilterInvalid."""
    return [binder.value(argument) for argument in counted(call, binder, count)]


def counted(call: Call, binder: Binder, count: int) -> tuple[Node, ...]:
    """The arguments as written, exactly ``count`` of them. Raises FilterInvalid."""
    option = next((argument for argument in call.arguments if isinstance(argument, Option)), None)
    if option is not None:
        raise binder.rejection(option, f"{call.name} takes no option {option.name}")
    if len(call.arguments) != count:
        raise binder.rejection(call, f"{call.name} takes {count} arguments, {len(call.arguments)} given")
    return call.arguments
