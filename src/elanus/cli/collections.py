"""``elanus collections``"""

from __future__ import annotations

from elanus.cli.options import Data, Database, Json, Uri
from elanus.cli.output import params_text, print_json, print_table
from elanus.doors.admin.session import open_session


def collections(uri: Uri = None, data: Data = None, db: Database = "default", json: Json = False) -> None:
    """List the collections of a database: rows, load state, fields, indexes."""
    with open_session(uri, data) as admin:
        found = admin.collections(db)
    if json:
        return print_json(found)
    return print_table(
        ("collection", "rows#", "state", "fields", "indexes"),
        [(c.name, f"{c.row_count:,}", c.load_state, ", ".join(c.fields), params_text(c.indexes)) for c in found],
        nothing=f"no collections in database {db}",
    )
