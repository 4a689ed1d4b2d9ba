"""Where the v2 API is, and beside it what only Elanus offers."""

from elanus.doors.rest.family import Family

V2 = Family("/v2/vectordb/", success=0)
ELANUS = Family("/v2/elanus/", success=0)
