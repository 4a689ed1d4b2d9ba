"""``python -m elanus``"""

from elanus.cli.main import run

if __name__ == "__main__":
    run()
