"""Index builds: the queue of a data directory, and the worker processes that take from it.

build.py    one build: what was ordered, how it stands
queue.py    the queue of all builds; choice.py: which is next within the budget
files.py    where a build's files are: its order, and the record of what came of it
worker_process.py, worker.py  a worker process, seen from the server and from inside
"""
