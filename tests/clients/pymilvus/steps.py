"""Runs a life cycle: each public method is an operation, in the order written, and prints how it went."""

import sys


class Absent(Exception):
    """This client or its generation does not have the operation."""


def offered(owner, name):
    """The attribute, or Absent with the client's own words."""
    try:
        return getattr(owner, name)
    except AttributeError as missing:
        raise Absent(str(missing)) from None


def expect(found, wanted):
    assert found == wanted, f"found {found}, expected {wanted}"


def run(life):
    failed = 0
    for name in _operations(type(life)):
        outcome = _outcome(getattr(life, name))
        failed += outcome.startswith("failed")
        print(f"{name.replace('_', ' ')}: {outcome}", flush=True)
    print("end")
    sys.exit(1 if failed else 0)


def _operations(life_class):
    """Names of the public methods, those of the base classes first."""
    members = [member for one in reversed(life_class.__mro__[:-1]) for member in vars(one).items()]
    return list(dict.fromkeys(name for name, value in members if callable(value) and not name.startswith("_")))


def _outcome(operation):
    try:
        operation()
    except Absent as why:
        return f"absent ({_line(why)})"
    except Exception as wrong:
        return f"failed ({type(wrong).__name__}: {_line(wrong)})"
    return "ok"


def _line(error):
    return " ".join(str(error).split())[:300]
