"""Users: create, change their password, drop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from elanus.engine.access import AccessBook
from elanus.errors import BuiltIn, PasswordWrong, Rejected, TooManyUsers, Unauthenticated
from elanus.service.access.first import MILVUS, ROOT
from elanus.service.access.names import check_user_name
from elanus.service.access.passwords import check_password, hashed
from elanus.service.access.sign_in import SignIn
from elanus.storage.catalog import UserRecord

MAX_USERS: Final = 100


class Users:
    """What an argument called password is: the password itself, never its hash."""

    def __init__(self, book: AccessBook, sign_in: SignIn) -> None:
        self._book = book
        self._sign_in = sign_in

    def create(self, name: str, password: str, description: str = "") -> None:
        """Raises ParameterInvalid; Rejected when there is one of this name; TooManyUsers."""
        check_user_name(name)
        check_password(password)
        made = UserRecord(name, hashed(password), description)
        with self._book.lock:
            users = self._book.state.users
            if name in users:
                raise Rejected(f"user already exists: {name}")
            if len(users) >= MAX_USERS:
                raise TooManyUsers(
                    "unable to add user because the number of users has reached the limit "
                    f"of {MAX_USERS}: quota exceeded"
                )
            self._book.change(put=[made])

    def update_password(self, name: str, old: str, new: str) -> None:
        """In force for the next call. Raises ParameterInvalid, PasswordWrong."""
        check_password(new)
        try:
            self._sign_in.caller(name, old)
        except Unauthenticated:
            raise PasswordWrong(f"old password not correct for {name}: not authenticated") from None
        self._keep(name, new)

    def reset_password(self, name: str, new: str) -> None:
        """Without the old one. Raises ParameterInvalid; Rejected when there is no such user."""
        check_password(new)
        self._found(name)
        self._keep(name, new)

    def describe(self, name: str, description: str) -> None:
        """Gives a user another description. Raises Rejected when there is no such user."""
        with self._book.lock:
            self._book.change(put=[replace(self._found(name), description=description)])

    def drop(self, name: str) -> None:
        """A missing one is no error. Raises BuiltIn for root."""
        if name == ROOT:
            raise BuiltIn("root user cannot be deleted: privilege not permitted")
        with self._book.lock:
            record = self._book.state.users.get(name)
            if record is not None:
                self._book.change(delete=[record])

    def list(self) -> list[str]:
        return list(self._book.state.users)

    def find(self, name: str) -> UserRecord | None:
        return self._book.state.users.get(name)

    def root_is_as_delivered(self) -> bool:
        """Whether root still has the password everybody knows."""
        return self._book.state.users[ROOT].password == MILVUS

    def roles_of(self, name: str) -> Sequence[str]:
        """Those that were given; ``public``, which everybody has, only if it was. None for a missing user."""
        return [member.role for member in self._book.state.members if member.user == name]

    def _keep(self, name: str, password: str) -> None:
        kept = hashed(password)
        with self._book.lock:
            self._book.change(put=[replace(self._found(name), password=kept)])

    def _found(self, name: str) -> UserRecord:
        record = self._book.state.users.get(name)
        if record is None:
            raise Rejected(f"user not found: {name}")
        return record
