"""Where the v1 API is."""

from elanus.doors.rest.family import Family

V1 = Family("/v1/vector/", success=200)
