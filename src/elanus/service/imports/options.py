"""How the files of a job are read, as clients say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from elanus.errors import ImportFailed, NotImplementedYet

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_NOT_YET = {"backup": "true", "l0_import": "true", "auto_commit": "false"}
"""Options, and the values that would ask for something else than an import."""
_KNOWN = ("sep", "nullkey", "timeout", "skip_disk_quota_check")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """separator  between the cells of CSV
    null_text     a cell that says NULL
    timeout_s     a job that takes longer fails; 0 = it may take as long as it does
    """

    separator: str = ","
    null_text: str = ""
    timeout_s: float = 0.0

    @staticmethod
    def of(options: Mapping[str, str]) -> ImportOptions:
        """Raises ImportFailed, NotImplementedYet."""
        given = {name.lower(): value for name, value in options.items()}
        for name, value in _NOT_YET.items():
            if given.get(name, "").lower() == value:
                raise NotImplementedYet(f"import option {name}={given[name]} is not implemented by Elanus yet")
        for name in given.keys() - set(_KNOWN) - _NOT_YET.keys():
            raise ImportFailed(f"there is no import option {name}, allowed: {', '.join(_KNOWN)}")
        return ImportOptions(
            _separator(given.get("sep", ",")), given.get("nullkey", ""), _seconds(given.get("timeout", ""))
        )


def _separator(text: str) -> str:
    if len(text) != 1 or not text.isascii() or text in '"\r\n\0':
        raise ImportFailed(f"unsupported csv separator: {text!r}, allowed: one character that is no quote or line end")
    return text


def _seconds(text: str) -> float:
    """Of a duration as Go writes it: ``300s``, ``1h30m``."""
    parts = _PART.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        raise ImportFailed(f"parse timeout failed, value={text}, allowed: a duration such as 300s or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
