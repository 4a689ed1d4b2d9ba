"""Requests and answers of the admin door about users and roles, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from elanus.doors.admin.wire import Target

NOWHERE: Final = Target("", "")
"""What users and roles are: of no database."""


@dataclass(frozen=True, slots=True)
class Everyone:
    """All of them."""

    target: ClassVar[Target] = NOWHERE


@dataclass(frozen=True, slots=True)
class Named:
    """A user or a role."""

    target: ClassVar[Target] = NOWHERE

    name: str


@dataclass(frozen=True, slots=True)
class UserSummary:
    """roles  names"""

    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewUser:
    target: ClassVar[Target] = NOWHERE

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class NewPassword:
    name: str
    old: str
    new: str

    @property
    def target(self) -> Target:
        """Everybody may change their own."""
        return Target("", self.name)


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """Another password for who does not know the old one."""

    target: ClassVar[Target] = NOWHERE

    name: str
    new: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A user that has, or is to have, a role."""

    target: ClassVar[Target] = NOWHERE

    user: str
    role: str


@dataclass(frozen=True, slots=True)
class Granted:
    """A privilege, or a group of them, that a role has on a collection of a database; "*" = every one."""

    target: ClassVar[Target] = NOWHERE

    role: str
    privilege: str
    database: str
    collection: str


@dataclass(frozen=True, slots=True)
class RoleSummary:
    """users  names"""

    name: str
    users: tuple[str, ...]
    grants: tuple[Granted, ...]
