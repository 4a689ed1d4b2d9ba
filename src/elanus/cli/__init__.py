"""The command line: one command, one file. What it does goes through a door, as any client's call."""
