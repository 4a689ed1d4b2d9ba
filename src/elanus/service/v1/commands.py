"""Commands of Milvus 1.x: words in, words out."""

from __future__ import annotations

import platform
from dataclasses import asdict

import orjson

from elanus.engine.database import Engine
from elanus.errors import OperationNotSupported, ParameterInvalid

DEFAULT_RELEASE = "1.1.1"
"""What clients are told they talk to: pymilvus 1.1 takes no other than 1.1, pymilvus 1.0 no other than 1.0."""

_UNKNOWN = "Unknown command"
_ELANUS = "elanus."


class Commands:
    def __init__(self, engine: Engine, release: str) -> None:
        self._settings = engine.resources.settings
        self._answers = {
            "version": release,
            "status": "OK",
            "mode": "CPU",
            "build_commit_id": "",
            "tasktable": "[]",
            "get_system_info": orjson.dumps(_system()).decode(),
        }

    def settings(self) -> dict[str, str]:
        """What can be asked for, by ``section.key``."""
        known = {_ELANUS + key: str(value) for key, value in asdict(self._settings).items()}
        return known | {"cluster.enable": "false", "cluster.role": "rw", "gpu.enable": "false"}

    def answer(self, command: str) -> str:
        """The reply, "Unknown command" to what is none.

        raises  ParameterInvalid: no such setting; OperationNotSupported: settings are not set by a client
        """
        verb, _, rest = command.strip().partition(" ")
        if verb == "get_config":
            return self._setting(rest.strip())
        if verb == "set_config":
            raise OperationNotSupported(
                f"{rest.partition(' ')[0]} cannot be set by a client: settings of Elanus are given when it starts; "
                "see `elanus config`"
            )
        return self._answers.get(command.strip(), _UNKNOWN)

    def _setting(self, name: str) -> str:
        known = self.settings()
        if name not in known:
            raise ParameterInvalid(f"Invalid config name: {name}. Settings that can be asked for: {', '.join(known)}")
        return known[name]


def _system() -> dict[str, str]:
    return {"system": platform.platform(), "python": platform.python_version()}
