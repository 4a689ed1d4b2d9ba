"""Users, roles and grants as messages."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import path, request_class
from elanus.doors.grpc_v2.table import handlers
from elanus.engine.database import Engine
from elanus.service import Service

SECRET = b64encode(b"secret1").decode()


class Calls:
    """The handlers of a service of its own, by the names of their RPCs."""

    def __init__(self, data: Path) -> None:
        self.engine = Engine.open(data)
        self._table = handlers(Service(self.engine))

    def __call__(self, name: str, context: CallContext | None = None, **fields: Any) -> Any:
        return self._table[path(name)](request_class(path(name))(**fields), context or CallContext())


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    calls = Calls(tmp_path / "data")
    calls("CreateCredential", username="bob", password=SECRET, description="the builder")
    calls("CreateRole", entity={"name": "reader", "description": "reads"})
    calls("OperateUserRole", username="bob", role_name="reader")
    yield calls
    calls.engine.close()


def granted(privilege: str, database: str = "", object_type: str = "Collection", name: str = "books") -> dict[str, Any]:
    return {
        "role": {"name": "reader"},
        "object": {"name": object_type},
        "object_name": name,
        "grantor": {"privilege": {"name": privilege}},
        "db_name": database,
    }


def test_users_with_and_without_their_roles(calls: Calls) -> None:
    every = calls("SelectUser", include_role_info=True).results
    assert [(one.user.name, [role.name for role in one.roles], one.description) for one in every] == [
        ("bob", ["reader"], "the builder"),
        ("root", [], ""),
    ]
    assert not calls("SelectUser", user={"name": "bob"}).results[0].roles
    assert not calls("SelectUser", user={"name": "eve"}).results
    assert list(calls("ListCredUsers").usernames) == ["bob", "root"]


def test_roles_with_and_without_their_users(calls: Calls) -> None:
    every = calls("SelectRole", include_user_info=True).results
    assert [(one.role.name, [user.name for user in one.users], one.role.description) for one in every] == [
        ("admin", [], ""),
        ("public", [], ""),
        ("reader", ["bob"], "reads"),
    ]
    assert not calls("SelectRole", role={"name": "reader"}).results[0].users
    assert not calls("SelectRole", role={"name": "writer"}).results


def test_grants_are_of_the_database_of_the_connection_unless_they_say_another(calls: Calls) -> None:
    library = CallContext([("dbname", "library")])
    calls("OperatePrivilege", library, entity=granted("Search"))
    calls("OperatePrivilege", library, entity=granted("Query", "museum"))
    calls("OperatePrivilegeV2", library, role={"name": "reader"}, collection_name="books",
          grantor={"privilege": {"name": "Insert"}})  # fmt: skip

    def names(database: str, **more: Any) -> list[str]:
        entity = {"role": {"name": "reader"}, "db_name": database, **more}
        return [one.grantor.privilege.name for one in calls("SelectGrant", entity=entity).entities]

    assert names("library") == ["Insert", "Search"]
    assert names("museum") == ["Query"]
    assert names("") == []
    assert sorted(names("*")) == ["Insert", "Query", "Search"]
    assert names("library", object={"name": "Global"}) == []
    assert names("library", object_name="shelves") == []


@pytest.mark.parametrize(
    ("name", "fields", "code", "said"),
    [
        ("CreateCredential", {"username": "eve", "password": "?"}, 1100, "decode password fail"),
        ("UpdateCredential", {"username": "bob"}, 1100, "invalid password length"),
        ("OperatePrivilege", {"entity": granted("Search", object_type="")}, 65535, "the object entity in the request"),
        ("OperatePrivilege", {}, 65535, "the object entity in the request is nil or invalid"),
        ("OperatePrivilegeV2", {}, 65535, "not found the role"),
        ("CreateRole", {}, 1100, "role name should not be empty"),
        ("RestoreRBAC", {}, 65535, "rbac meta is empty"),
        ("AlterRole", {"role_name": "public", "description": "x"}, 1401, "can't be altered"),
        ("OperatePrivilegeGroup", {"group_name": "g"}, 1100, "there is no privilege group name [g] defined"),
    ],
)
def test_refusals_are_answers(calls: Calls, name: str, fields: dict[str, Any], code: int, said: str) -> None:
    answer = calls(name, **fields)
    assert answer.code == code
    assert said in answer.reason


def test_description_changes_without_a_password(calls: Calls) -> None:
    assert calls("UpdateCredential", username="bob", description="").code == 0
    assert calls("SelectUser", user={"name": "bob"}).results[0].description == ""


def test_backup_goes_from_one_directory_into_another(calls: Calls, tmp_path: Path) -> None:
    calls("CreatePrivilegeGroup", group_name="writing")
    calls("OperatePrivilegeGroup", group_name="writing", privileges=[{"name": "Insert"}])
    calls("OperatePrivilegeV2", role={"name": "reader"}, grantor={"privilege": {"name": "writing"}}, db_name="*",
          collection_name="*")  # fmt: skip
    kept = calls("BackupRBAC").RBAC_meta
    elsewhere = Calls(tmp_path / "elsewhere")
    assert elsewhere("RestoreRBAC", RBAC_meta=kept).code == 0
    assert elsewhere("BackupRBAC").RBAC_meta == kept
    assert elsewhere("RestoreRBAC", RBAC_meta=kept).reason.startswith("role [reader] already exists")
    fields = {"username": "bob", "oldPassword": SECRET, "newPassword": SECRET}
    assert elsewhere("UpdateCredential", **fields).code == 0, "the password came along"
    elsewhere.engine.close()
