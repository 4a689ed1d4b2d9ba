"""A page of Milvus's documentation: its shell blocks in their order, and the answers it shows for their commands."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

SHELLS = {"bash", "shell", "curl", "restful"}
_FENCE = re.compile(r"^([ \t]*)```+[ \t]*(\w*)[^\n]*\n(.*?)^[ \t]*```+[ \t]*$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\s*curl\b", re.MULTILINE)
_ASSIGNMENT = re.compile(r"\s*(#[^\n]*\n\s*)*(export\b|\w+ ?\+?=)")
_INSTALLS = re.compile(r"docker|wget|helm|kubectl|-LO")
_PROMPT = re.compile(r"^\$ ", re.MULTILINE)
_OUTPUT = re.compile(r"^\{.*\}\s*\Z", re.MULTILINE | re.DOTALL)
_REFERENCE = "\n## Request\n"
"""What follows in a page of the reference is no example."""
_LAST_COMMA = re.compile(r",(\s*[\]}])")


@dataclass
class Block:
    """text  as printed; shown  for each of its curl commands the answer in the page, or None"""

    text: str
    shown: list

    @property
    def commands(self):
        return len(_COMMAND.findall(self.text))


def blocks_of(page: Path):
    """Those with commands, and those that set variables for them."""
    found = []
    for indent, language, text in _FENCE.findall(page.read_text().split(_REFERENCE)[0]):
        text = _PROMPT.sub("", re.sub(f"^{indent}", "", text, flags=re.MULTILINE))
        if _is_shell(language.lower(), text):
            found.append(_block(text))
        elif found and found[-1].commands and found[-1].shown[-1] is None:
            found[-1].shown[-1] = _parsed(text)
    return found


def _is_shell(language, text):
    if _INSTALLS.search(text):
        return False
    return bool(_COMMAND.search(text) or (language in SHELLS and _ASSIGNMENT.match(text)))


def _block(text):
    """A page may print the answer of its last command below it, or as a comment after each."""
    commands = _COMMAND.split(text)[1:]
    shown = [_commented(one) for one in commands]
    output = _OUTPUT.search(text)
    if commands and output and "'" not in output[0] and (answer := _parsed(output[0])) is not None:
        return Block(text[: output.start()], [*shown[:-1], answer])
    return Block(text, shown)


def _commented(command):
    lines = [line.strip().lstrip("#") for line in command.splitlines() if line.strip().startswith("#")]
    text = "\n".join(lines)
    return _parsed(text[text.find("{") :]) if "{" in text else None


def _parsed(text):
    """An object of JSON as people write it, with a comma too many; None for anything else."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.JSONDecoder().raw_decode(_LAST_COMMA.sub(r"\1", text.strip()))[0]
    except ValueError:
        return None
