from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.errors import Error, ParameterInvalid, Rejected
from elanus.service.access import Access, Caller
from elanus.service.access.access import Grant
from elanus.service.access.backup import Backup
from elanus.storage.catalog import MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord


@pytest.fixture
def kept(access: Access) -> Backup:
    access.users.create("bob", "secret1")
    access.roles.create("reader", "reads")
    access.roles.grant("bob", "reader")
    access.privilege_groups.create("writing")
    access.privilege_groups.add("writing", ["Insert"])
    access.grants.grant(Grant("reader", "", "books", "writing"))
    return access.backups.take()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Access:
    return Access(Engine.open(tmp_path / "elsewhere", EngineSettings()), enforced=True)


def test_restored_elsewhere_everything_is_as_it_was(kept: Backup, elsewhere: Access) -> None:
    elsewhere.backups.restore(kept)
    assert elsewhere.backups.take() == kept
    bob = elsewhere.authenticate("bob", "secret1")
    assert bob == Caller("bob")
    elsewhere.require(bob, "Insert", "", "books")


def test_what_everybody_has_is_left_out(kept: Backup) -> None:
    assert [user.name for user in kept.users] == ["bob"]
    assert [role.name for role in kept.roles] == ["reader"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda b: replace(b, roles=(RoleRecord("admin"),)), "role \\[admin\\] already exists"),
        (lambda b: replace(b, users=(UserRecord("bob", "secret1"),)), "not as Elanus keeps them"),
        (lambda b: replace(b, members=(MemberRecord("bob", "nobody"),)), "role \\[nobody\\] does not exist"),
        (lambda b: replace(b, grants=(Grant("x", "Global", "*", "All", "*"),)), "role \\[x\\] does not exist"),
        (lambda b: replace(b, grants=(Grant("reader", "Global", "*", "Fly", "*"),)), "privilege \\[Fly\\] does not"),
        (
            lambda b: replace(b, privilege_groups=(PrivilegeGroupRecord("ClusterAdmin"),)),
            "privilege group \\[ClusterAdmin\\] already exists",
        ),
    ],
    ids=["built-in role", "password", "membership", "grant", "privilege", "group"],
)
def test_what_does_not_hold_leaves_no_trace(
    kept: Backup, elsewhere: Access, spoil: Callable[[Backup], Backup], said: str
) -> None:
    with pytest.raises(ParameterInvalid, match=said):
        elsewhere.backups.restore(spoil(kept))
    assert elsewhere.backups.take() == Backup()


def test_restoring_twice_or_nothing_is_refused(kept: Backup, access: Access) -> None:
    with pytest.raises(Error, match="role \\[reader\\] already exists"):
        access.backups.restore(kept)
    with pytest.raises(Rejected, match="rbac meta is empty"):
        access.backups.restore(Backup())
