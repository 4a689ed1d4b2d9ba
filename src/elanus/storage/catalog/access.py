"""What the catalog remembers of who may do what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserRecord:
    """password  a salted hash, never the password"""

    name: str
    password: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class RoleRecord:
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A user has a role."""

    user: str
    role: str


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """A role has a privilege, or a group of them, on an object. "*" = any.

    object_type  as Milvus names it: Collection, Global, User
    grantor      the user who granted it; "" = the owner of the data directory
    """

    role: str
    object_type: str
    object_name: str
    privilege: str
    database: str = ""
    grantor: str = ""


@dataclass(frozen=True, slots=True)
class PrivilegeGroupRecord:
    name: str
    privileges: tuple[str, ...] = ()
