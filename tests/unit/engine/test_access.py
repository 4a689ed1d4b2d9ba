from __future__ import annotations

from pathlib import Path

import pytest

from elanus.engine.access import AccessBook
from elanus.errors import Unexpected
from elanus.storage.catalog import Catalog, GrantRecord, MemberRecord, PrivilegeGroupRecord, RoleRecord, UserRecord

BOB, READER = UserRecord("bob", "kept"), RoleRecord("reader", "reads")
ALL = (
    BOB,
    READER,
    MemberRecord("bob", "reader"),
    GrantRecord("reader", "Collection", "books", "Search", "library", "root"),
    PrivilegeGroupRecord("writing", ("Insert", "Delete")),
)


def test_everything_is_found_again_at_the_next_open(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    book = AccessBook(catalog)
    book.begin_with(ALL)
    state = book.state
    catalog.close()
    again = Catalog(tmp_path / "catalog.sqlite")
    assert AccessBook(again).state == state
    assert (state.users, state.roles) == ({"bob": BOB}, {"reader": READER})
    assert (*state.members, *state.grants, *state.privilege_groups.values()) == ALL[2:]
    again.close()


def test_it_begins_once(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    book = AccessBook(catalog)
    book.begin_with([READER])
    book.begin_with(ALL)
    assert book.state.users == {}
    catalog.close()


def test_what_hangs_on_a_record_goes_with_it(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    book = AccessBook(catalog)
    book.begin_with(ALL)
    book.change(delete=[READER])
    assert (book.state.members, book.state.grants) == ((), ())
    assert book.state.users == {"bob": BOB}
    catalog.close()


def test_failed_change_leaves_no_trace(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    book = AccessBook(catalog)
    book.begin_with(ALL)
    before = book.state
    with pytest.raises(Unexpected):
        book.change(put=[UserRecord("eve", "kept"), MemberRecord("eve", "no such role")], delete=[BOB])
    assert book.state is before
    assert AccessBook(catalog).state == before
    catalog.close()
