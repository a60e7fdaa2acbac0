"""Run a program that ends when its parent ends. A script of its own, so that nothing of the parent is copied.

    python -S die_with_parent.py <signal> <plain|map|nobody> <program> [argument...]

signal: what the kernel sends to the program when its parent dies, even by kill -9.
plain: as the same user. map: in a user namespace where root is seen as user 1000 (PostgreSQL refuses user 0).
nobody: as user and group 65534.
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
    """Enter a user namespace. Files of root stay ours, and no user has to be made on the machine."""
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
    death, way, *command = sys.argv[1:]
    if way == "map":
        map_root()
    elif way == "nobody":
        become_nobody()
    # After the change of user, which clears it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0)
    # A mapped process sees a parent outside its namespace all the same: only a changed parent means it died.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
