"""Runs one command on one core and prints what it cost: user seconds, system seconds, peak RSS in KB, exit status.

Usage: python -I -S launch.py CORE OUTPUT COMMAND…

It is a process of its own, and a small one, because Linux counts in a child's peak RSS the memory of the process that
it was forked from: started by the benchmark itself, `grep` would seem as large as the benchmark.  What is left of that
is this script's own 9 MB or so, printed last: no peak below it can be seen.
"""

from __future__ import annotations

import os
import resource
import sys

#: The kernel ends a run that takes longer, so that a program that loops cannot hang the benchmark.
CPU_LIMIT = 3600


def own_peak() -> int:
    """This process's peak RSS in KB; getrusage would report the parent's, for the reason above."""
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib would make this process twice as large
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def main(core: str, output: str, *command: str) -> None:
    os.sched_setaffinity(0, {int(core)})
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))
    stdout = (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=[stdout])
    except OSError as error:
        sys.exit(str(error))
    _, status, usage = os.wait4(child, 0)
    print(usage.ru_utime, usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status), own_peak())


main(*sys.argv[1:])
