"""What users, roles and groups of privileges may be called. Texts are Milvus's."""

from __future__ import annotations

import re

from elanus.errors import ParameterInvalid

_LONGEST_USER = 32
_LONGEST = 255
_USER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ROLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_GROUP = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_user_name(name: str) -> None:
    """Raises ParameterInvalid."""
    if not name:
        raise ParameterInvalid("username must be not empty: invalid parameter")
    if len(name) > _LONGEST_USER:
        raise ParameterInvalid(
            f"invalid username {name} with length {len(name)}, "
            f"the length of username must be less than {_LONGEST_USER}: invalid parameter"
        )
    if not _USER.match(name):
        raise ParameterInvalid(
            f"invalid user name {name}, the first character must be a letter, but got {name[0]}: invalid parameter"
        )
    if not _USER.fullmatch(name):
        raise ParameterInvalid(
            f"invalid user name {name}, username must contain only numbers, letters and underscores: invalid parameter"
        )


def check_role_name(name: str) -> None:
    """Raises ParameterInvalid."""
    _check(name, "role name", _ROLE, "numbers, letters, dollars and underscores")


def check_group_name(name: str) -> None:
    """Raises ParameterInvalid."""
    _check(name, "privilege group name", _GROUP, "numbers, letters and underscores")


def _check(name: str, kind: str, allowed: re.Pattern[str], spoken: str) -> None:
    if not name:
        raise ParameterInvalid(f"{kind} should not be empty: invalid parameter")
    if len(name) > _LONGEST:
        raise ParameterInvalid(f"the length of {kind} must be not greater than {_LONGEST}: invalid parameter")
    if name[0].isascii() and (name[0].isdigit() or name[0] == "$"):
        raise ParameterInvalid(
            f"the first character of {kind} {name} must be an underscore or letter: invalid parameter"
        )
    if not allowed.fullmatch(name):
        raise ParameterInvalid(f"{kind} {name} can only contain {spoken}: invalid parameter")
