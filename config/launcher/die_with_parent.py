"""Run a program with a parent-death signal (prctl PR_SET_PDEATHSIG), so that it ends when its parent ends.

    python -S die_with_parent.py <signal> <plain|map|nobody> <program> [argument...]

signal: number of the signal that the kernel sends to the program when its parent dies, even by kill -9.
plain: as the same user. map: in a user namespace where root is seen as user 1000 (PostgreSQL refuses user 0).
nobody: as user and group 65534.

A script of its own and no `preexec_fn`, which may deadlock in a process with threads.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
MAPPED, NOBODY = 1000, 65534


def map_root() -> None:
    """Enter a user namespace. Files of root stay accessible, and no user has to be made on the machine.

    Raises OSError where user namespaces are switched off.
    """
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not available")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{MAPPED} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{MAPPED} {group} 1")


def become_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def main() -> None:
    parent = os.getppid()
    death_signal, run_as, *command = sys.argv[1:]
    if run_as == "map":
        map_root()
    elif run_as == "nobody":
        become_nobody()
    # After the change of user, which clears it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    # A mapped process sees a parent outside its namespace all the same: only a changed parent means it died.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
