"""Who may do what: users with passwords, roles, what roles are granted, groups of privileges.

access.py      the whole of it, as doors see it: authenticate a caller, require a privilege
caller.py      who calls
"""

from elanus.service.access.access import Access
from elanus.service.access.caller import ANONYMOUS, Caller

__all__ = ["ANONYMOUS", "Access", "Caller"]
