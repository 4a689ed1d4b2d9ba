"""Speed and memory of Elanus beside its peers, measured side by side in one run on the same data.

``python -m benchmarks`` runs every topic; ``python -m benchmarks --help`` says what can be chosen. Ratios inside one
table are what counts: absolute numbers drift with the machine.

    data.py      the vectors, the queries and their exact neighbours
    figures.py   medians, percentiles, recall
    processes.py memory and processor time of a process tree
    peers/       one database per file, each in an environment of its own
    agents/      the client programs, run inside a peer's environment, one process per client
    fleet.py     every peer started, loaded and brought to the same recall
    topics/      one question per file; each gives tables
    embedded.py  the engine in this process, for what needs no server
    kinds.py     the data as rows of every kind of vector field
    raw.py       raw libraries beside an index type; hnswlib, usearch and scipy come with ``elanus[bench]``
    cases.py     the index types that are compared with them
    one_core.py, clock.py  one core for all, and seconds of processor beside those of the clock
    bench.py     what one run was asked for, its data and its fleet
    table.py     what a topic answers with
    report.py    tables on the terminal and in docs/performance.md
    run.py       the command line
"""
