"""Where a server is, and who is asking it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

TOKEN_VARIABLE = "ELANUS_TOKEN"

Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ServerUri:
    """address  ``host:port`` or ``unix:/path``; token  ``user:password``, "" = nobody"""

    address: str
    token: str = ""

    @classmethod
    def of(cls, uri: str, environment: Mapping[str, str]) -> ServerUri:
        """``http://user:password@host:port``, scheme and user may be left out; else who ``ELANUS_TOKEN`` names."""
        user, _, address = (uri.partition("://")[2] or uri).rpartition("@")
        return cls(address, unquote(user) or environment.get(TOKEN_VARIABLE, ""))

    @property
    def metadata(self) -> Metadata:
        """What goes with each call, as pymilvus sends it."""
        return (("authorization", b64encode(self.token.encode()).decode()),) if self.token else ()
