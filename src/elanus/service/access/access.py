"""What doors see of users, roles and grants."""

from __future__ import annotations

from elanus.engine.database import Engine
from elanus.engine.names import DEFAULT_DATABASE
from elanus.errors import NotFound, PermissionDenied
from elanus.service.access.backup import Backups
from elanus.service.access.caller import ANONYMOUS, Caller
from elanus.service.access.first import FIRST, PUBLIC
from elanus.service.access.grants import Grants
from elanus.service.access.privilege_groups import PrivilegeGroups
from elanus.service.access.privileges import PRIVILEGES, Level
from elanus.service.access.rights import Rights
from elanus.service.access.roles import Roles
from elanus.service.access.sign_in import SignIn
from elanus.service.access.users import Users
from elanus.storage.catalog import GrantRecord

Grant = GrantRecord


class Access:
    """enforced  whether callers must say who they are; users and roles can be kept either way"""

    def __init__(self, engine: Engine, *, enforced: bool = False) -> None:
        self.enforced = enforced
        self._engine = engine
        self._book = book = engine.access
        book.begin_with(FIRST)
        self._rights = Rights(book.state)
        self._sign_in = SignIn(book)
        self.users = Users(book, self._sign_in)
        self.roles = Roles(book)
        self.grants = Grants(book, self.roles)
        self.privilege_groups = PrivilegeGroups(book)
        self.backups = Backups(book)

    def authenticate(self, user: str, password: str) -> Caller:
        """Who this is; ANONYMOUS, whatever is given, where nobody is asked. Raises Unauthenticated."""
        return self._sign_in.caller(user, password) if self.enforced else ANONYMOUS

    def require(self, caller: Caller, privilege: str, database: str = "", target: str = "") -> None:
        """Nothing. Raises PermissionDenied.

        privilege  as Milvus names it ("Search"); see ``privileges.py``
        database   "" = the default one
        target     a collection by name or alias, a user for the privileges on users, the role whose grants are read
                   (SelectOwnership); "" = none of them
        """
        home = database or DEFAULT_DATABASE
        if not self._may(caller, privilege, home, target):
            raise PermissionDenied(f"Privilege{privilege}: permission deny to {caller.user} in the `{home}` database")

    def require_owner(self, caller: Caller) -> None:
        """Nothing, where nobody is asked who they are. Raises PermissionDenied for every user."""
        if caller.user:
            raise PermissionDenied(f"only the owner of the data directory may do that, not {caller.user}")

    def sees_collection(self, caller: Caller, database: str, collection: str) -> bool:
        """Whether a list of collections shows it to the caller."""
        return not caller.user or self._current().sees_collection(caller.user, database or DEFAULT_DATABASE, collection)

    def sees_database(self, caller: Caller, database: str) -> bool:
        """Whether a list of databases shows it to the caller."""
        return not caller.user or self._current().sees_database(caller.user, database)

    def _may(self, caller: Caller, privilege: str, database: str, target: str) -> bool:
        if not caller.user:
            return True
        if target and PRIVILEGES[privilege].level is not Level.CLUSTER:
            target = self._collection_name(database, target)
        return self._is_own(caller, privilege, target) or self._current().allow(
            caller.user, privilege, database, target
        )

    def _is_own(self, caller: Caller, privilege: str, target: str) -> bool:
        """Everybody may read and change the own user, and read the own roles."""
        if privilege == "SelectOwnership":
            return target in (PUBLIC, *self._current().roles_of(caller.user))
        return PRIVILEGES[privilege].object_type == "User" and target == caller.user

    def _collection_name(self, database: str, name: str) -> str:
        """An alias is as its collection; what is not there keeps its name."""
        try:
            return self._engine.collection(database, name).name
        except NotFound:
            return name

    def _current(self) -> Rights:
        if self._rights.state is not self._book.state:
            self._rights = Rights(self._book.state)
        return self._rights
