"""The walls around a decoder: resource limits, no network, no files, few system calls.

Linux only, by system calls through ctypes, because it must work without root and without packages. Every
wall but the resource limits is best effort: containers may refuse some. `walls_standing` tries them out.
"""

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: address space and written file in bytes, CPU and wall clock in seconds.

    230 MB of the address space are libraries that every task finds loaded; a tenth of them is in memory.
    """

    memory_bytes: int = 1_700_000_000
    cpu_seconds: int = 25
    wall_seconds: float = 30.0
    file_bytes: int = 64_000_000
    open_files: int = 32


def limit_resources(limits: Limits) -> None:
    """Memory, CPU time, file size, open files; no core dump; first to go when all memory is used up."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    # The soft limit ends the process with SIGXCPU, which tells the reason; the hard one cannot be caught.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


_NEW_USER, _NEW_NET = 0x10000000, 0x40000000


def leave_network() -> bool:
    """Move this process and its future children into an empty network; False where that is refused."""
    user, group = os.getuid(), os.getgid()
    if _libc.unshare(_NEW_USER | _NEW_NET) != 0:
        return False
    # Without a map the process would be nobody in its own eyes; its rights on files stay the same.
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


_SET_PDEATHSIG, _SET_NO_NEW_PRIVS, _SET_SECCOMP = 1, 38, 22


def die_with_parent() -> None:
    """Be killed by the kernel when the process that forked this one ends."""
    parent = os.getppid()
    _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def drop_privileges() -> None:
    """No capability, now or by any program. Root can still read root's files, and that is all."""
    _libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = struct.pack("Ii", 0x20080522, 0)
    _libc.capset(header, bytes(24))


# Landlock: rights on files, and their numbers since which version of the kernel's interface.
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_WRITE_FILE, _REMOVE_FILE, _MAKE_FILE, _TRUNCATE = 1 << 1, 1 << 5, 1 << 8, 1 << 14
_FIRST_RIGHTS = (1 << 13) - 1
_LATER_RIGHTS = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NO_TCP, _NO_SIGNALS = 0b11, 0b11


def close_files(readable: list[Path], writable: Path) -> bool:
    """Let this process read below `readable`, write below `writable`, and see no other file."""
    version = _libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    rights = _FIRST_RIGHTS | sum(right for since, right in _LATER_RIGHTS.items() if version >= since)
    network = _NO_TCP if version >= 4 else 0
    scope = _NO_SIGNALS if version >= 6 else 0
    ruleset = struct.pack("QQQ", rights, network, scope)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    rules = _libc.syscall(_CREATE_RULESET, ruleset, len(ruleset), 0)
    if rules < 0:
        return False
    writing = _WRITE_FILE | _REMOVE_FILE | _MAKE_FILE | _TRUNCATE | _READ_FILE | _READ_DIR
    allowed = [(path, _READ_FILE | (_READ_DIR if path.is_dir() else 0)) for path in readable if path.exists()]
    for path, right in [*allowed, (writable, writing)]:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        _libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", right & rights, handle), 0)
        os.close(handle)
    done = _libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)
    return bool(done == 0)


def libraries() -> list[Path]:
    """Where Python finds its modules and the loader its libraries, should a decoder load one late."""
    places = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom"]
    own = Path(__file__).resolve().parent.parent
    return [Path(place) for place in (*places, sys.prefix, sys.base_prefix)] + [own]


# System calls that no decoder needs, as (x86-64, arm64): to talk, to start or touch processes, to escape.
_FORBIDDEN = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "chroot": (161, 51),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
_CLONE, _CLONE3 = {"x86_64": 56, "aarch64": 220}, 435
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_CLONE_THREAD = 0x00010000


def close_system_calls() -> bool:
    """Refuse this process the system calls of _FORBIDDEN for ever; False where there are no filters."""
    machine = platform.machine()
    if machine not in _AUDIT_ARCH or sys.byteorder != "little":
        return False
    code = b"".join(struct.pack("HBBI", *line) for line in _filter(machine))
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    return bool(_libc.prctl(_SET_SECCOMP, 2, program, 0, 0) == 0)


def _filter(machine: str) -> list[tuple[int, int, int, int]]:
    """The program for the kernel's packet filter: (operation, skip if true, skip if false, number)."""
    numbers = [pair[machine == "aarch64"] for pair in _FORBIDDEN.values()]
    refuse = (_RETURN, 0, 0, _REFUSE | errno.EPERM)
    lines = [
        (_LOAD, 0, 0, 4),
        (_JUMP_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_JUMP_ABOVE, 0, 1, 0x40000000),  # the other numbering of the same processor
        refuse,
        # Threads are made by clone with a flag. clone3 hides its flags, so callers are sent to clone.
        (_JUMP_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
        (_JUMP_EQUAL, 0, 4, _CLONE[machine]),
        (_LOAD, 0, 0, 16),
        (_JUMP_BITS, 1, 0, _CLONE_THREAD),
        refuse,
        (_RETURN, 0, 0, _ALLOW),
    ]
    for number in numbers:
        if number is not None:
            lines += [(_JUMP_EQUAL, 0, 1, number), refuse]
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def walls_standing(source: Path, out_dir: Path) -> dict[str, bool]:
    """Task for the jail: which walls hold here, found by running against them."""
    return {
        "network": not _can(lambda: socket.socket().close()) or _alone_in_network(),
        "processes": not _can(lambda: os.kill(os.getppid(), 0)),
        "files": not _can(lambda: os.listdir("/etc")),
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY,
    }


def _can(deed: object) -> bool:
    try:
        deed()  # type: ignore[operator]
    except OSError:
        return False
    return True


def _alone_in_network() -> bool:
    return [name for _, name in socket.if_nameindex()] in ([], ["lo"])
