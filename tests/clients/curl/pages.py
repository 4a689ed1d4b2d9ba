"""Every curl command of the pages of Milvus's documentation, typed as it is printed; only the addresses differ.

The pages belong to their authors and are not in this repository: ``MILVUS_PAGES`` names a folder that holds them, a
clone of ``github.com/milvus-io/web-content`` (Apache-2.0). ``plans/`` says which pages there are, what each takes for
granted, and where one is wrong or differs, with the reason. A page with a command that no plan names is a failure.

A page is one shell: its blocks run in their order, with the variables they set. What is compared is that a command
succeeds, and that its answer has the keys and the shape that the page shows.
"""

import json
import os
import re
import subprocess
import tempfile
import tomllib
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

from page import blocks_of
from ready import READY
from shell import API, LOW_LEVEL, MILVUS_1X

PAGES = os.environ.get("MILVUS_PAGES", "")
PLANS = sorted((Path(__file__).parent / "plans").glob("*.toml"))
ADDRESSES = {"localhost:19530": API, "127.0.0.1:19530": API, "localhost:9091": LOW_LEVEL, "localhost:19121": MILVUS_1X}
NOT_ALWAYS_THERE = {"message", "cost", "topks", "loadProgress"}
END_OF_BLOCK, END_OF_ANSWER = "@@ block", "@@ answer"


def configured(home):
    """curl takes the addresses that pages name for those of this server, by its own configuration file."""
    lines = [f'connect-to = "{printed}:{real}"' for printed, real in ADDRESSES.items()]
    ending = f'write-out = "\\n{END_OF_ANSWER}\\n"'
    Path(home, ".curlrc").write_text("\n".join(["silent", "show-error", "max-time = 20", ending, *lines]))


def variables(home):
    """What pages use without setting it."""
    return {
        "PATH": os.environ["PATH"], "HOME": home, "CURL_HOME": home, "TOKEN": "root:Milvus",
        "CLUSTER_ENDPOINT": "http://localhost:19530", "PROJECT_ENDPOINT": "http://localhost:19530",
        "MILVUS_URI": "localhost:19530", "MILVUS_HOST": "http://localhost", "MILVUS_PORT": "19530",
    }  # fmt: skip


class Shell:
    """One bash, told one block after the other."""

    def __init__(self, home):
        self._bash = subprocess.Popen(
            ["bash"], env=variables(home), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def answers(self, text):
        """What each curl command printed; what a shell says of itself is in the first after it."""
        self._bash.stdin.write(f"eval \"$(cat <<'@@'\n{text}\n@@\n)\" </dev/null\necho; echo '{END_OF_BLOCK}'\n")
        self._bash.stdin.flush()
        printed = "".join(iter(self._bash.stdout.readline, f"{END_OF_BLOCK}\n"))
        return [one.strip() for one in printed.split(END_OF_ANSWER) if one.strip()]

    def close(self):
        self._bash.stdin.close()
        self._bash.wait()
        self._bash.stdout.close()


def make_ready(names):
    """What is there already stays."""
    for name in names:
        (path, body), *_others = READY[name]
        if path == "collections/create" and asked("collections/has", **body)["data"]["has"]:
            continue
        for path, body in READY[name]:
            answer = asked(path, **body)
            assert answer["code"] == 0, f"{name}: {path}: {answer}"


def asked(path, **body):
    request = Request(f"http://{API}/v2/vectordb/{path}", json.dumps(body).encode())
    with urlopen(request) as answer:
        return json.load(answer)


def clear():
    for database in asked("databases/list")["data"]:
        for collection in asked("collections/list", dbName=database)["data"]:
            for alias in asked("aliases/list", dbName=database, collectionName=collection)["data"]:
                asked("aliases/drop", dbName=database, aliasName=alias)
            asked("collections/drop", dbName=database, collectionName=collection)
        if database != "default":
            asked("databases/drop", dbName=database)
    for user in set(asked("users/list")["data"]) - {"root"}:
        asked("users/drop", userName=user)
    for role in set(asked("roles/list")["data"]) - {"admin", "public"}:
        for grant in asked("roles/describe", roleName=role)["data"]:
            asked("roles/revoke_privilege", roleName=role, **grant)
        asked("roles/drop", roleName=role)


def amiss(page, root, plan, home):
    """What went otherwise than the page says, a line each."""
    differing = [text for text, _why, *versions in plan.get("differs", ()) if root.startswith(tuple(versions) or "")]
    shell = Shell(home)
    waiting = [(text, names) for text, *names in plan.get("first", ())]
    found = []
    make_ready(plan.get("ready", ()))
    for block in blocks_of(page):
        for one in [one for one in waiting if one[0] in block.text and block.commands]:
            waiting.remove(one)
            make_ready(one[1])
        answers = shell.answers(block.text)
        if block.commands and not any(text in block.text for text in differing):
            found += unlike(block, answers)
    shell.close()
    clear()
    return found


def unlike(block, answers):
    place = " ".join(block.text.split())[-60:]
    if len(answers) != block.commands:
        return [f"{place}: {block.commands} commands, answers {answers}"]
    return [
        f"{place}: {why}" for shown, answer in zip(block.shown, answers, strict=True) for why in wrong(shown, answer)
    ]


def wrong(shown, answer):
    found = re.search(r"^\{.*\}$", answer, re.MULTILINE)
    if not found:
        return [answer]
    got = json.loads(found[0])
    return [answer] if refused(got) else list(other_shape(shown, got, "answer") if shown else ())


def refused(answer):
    """By any of the APIs."""
    status = answer if isinstance(answer.get("status", ""), str) else answer["status"]
    return answer.get("code", 0) not in (0, 200) or bool(status.get("error_code"))


def other_shape(shown, got, place):
    if isinstance(shown, dict) and isinstance(got, dict):
        for name in shown.keys() & got.keys():
            yield from other_shape(shown[name], got[name], f"{place}.{name}")
        yield from (f"{place} has no {name}" for name in shown.keys() - got.keys() - NOT_ALWAYS_THERE)
    elif isinstance(shown, list) and isinstance(got, list):
        if shown and got:
            yield from other_shape(shown[0], got[0], f"{place}[0]")
    elif isinstance(shown, dict | list) or isinstance(got, dict | list):
        yield f"{place} is {got}, shown is {shown}"


def outcome(run):
    try:
        found = run()
    except Exception as error:
        found = [f"{type(error).__name__}: {error}"]
    return f"failed ({'; '.join(' '.join(one.split())[:200] for one in found[:4])})" if found else "ok"


def with_commands(folder):
    """The pages, by their place in the folder, that have any."""
    pages = [one for one in folder.rglob("*.md") if any(block.commands for block in blocks_of(one))]
    return {str(one.relative_to(folder)) for one in pages}


def name_of(root, path):
    """In words, as the matrix of clients names an operation."""
    words = re.findall(r"[a-z0-9]+", path.removesuffix(".md").lower())
    (version,) = re.findall(r"v(\d[.]\d)", root)
    return f"{' '.join(words)} of {version}" if words else f"all in {' '.join(re.findall(r'[a-z0-9]+', root.lower()))}"


def run_plan(plan, home):
    for root in plan["roots"]:
        there = with_commands(Path(PAGES, root))
        unknown = [one for one in there - plan["pages"].keys() if not one.startswith(tuple(plan.get("elsewhere", {})))]
        print(f"{name_of(root, '')}: {outcome(lambda unknown=unknown: sorted(unknown))}")
        for path in [path for path in plan["pages"] if path in there]:
            said = plan["pages"][path]
            print(
                f"{name_of(root, path)}: {outcome(partial(amiss, Path(PAGES, root, path), root, said, home))}",
                flush=True,
            )


def main():
    if not PAGES:
        print("pages of the documentation: absent (MILVUS_PAGES names no folder that holds them)")
    with tempfile.TemporaryDirectory() as home:
        configured(home)
        for plan in PLANS if PAGES else ():
            run_plan(tomllib.loads(plan.read_text()), home)
    print("end")


main()
