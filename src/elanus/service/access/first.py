"""What every data directory begins with: the user root, the roles admin and public, what public may do."""

from __future__ import annotations

from typing import Final

from elanus.engine.access import AccessRecord
from elanus.service.access.privileges import ANY
from elanus.storage.catalog import GrantRecord, RoleRecord, UserRecord

ROOT: Final = "root"
ADMIN: Final = "admin"
"""Who has it may do everything."""
PUBLIC: Final = "public"
"""Every user has it."""
BUILT_IN_ROLES: Final = (ADMIN, PUBLIC)

MILVUS: Final = "scrypt$16384$8$1$ftAId3+aZyrdRXEht4j4aQ==$PRy3kTbC1zazxZE+bXUqmBEJUVayPpez3eVUmWb++xA="
"""The password everybody knows root by, as it is kept."""

FIRST: Final[tuple[AccessRecord, ...]] = (
    UserRecord(ROOT, MILVUS),
    *(RoleRecord(name) for name in BUILT_IN_ROLES),
    GrantRecord(PUBLIC, "Global", ANY, "DescribeCollection", ANY, ROOT),
    GrantRecord(PUBLIC, "Global", ANY, "ListAliases", ANY, ROOT),
    GrantRecord(PUBLIC, "Collection", ANY, "IndexDetail", ANY, ROOT),
)
