"""Where the v2 API is."""

from elanus.doors.rest.family import Family

V2 = Family("/v2/vectordb/", success=0)
