"""The forkserver behind jail.py: a fresh Python that holds no secret and forks one process per file.

It knows Pillow, the pure modules and what its crew loads, and nothing else: no Django, no settings, no environment. It
ends when the process that started it ends, however that ends, and takes its children along.
"""

import array
import contextlib
import fcntl
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from apps.media import giving_way, memory, sandbox
from apps.media.formats import BadFile
from apps.media.handover import ANSWER_HANDLE

REQUEST_BYTES = 64 * 1024


@dataclass(slots=True)
class _Child:
    pid: int
    handle: int
    line: socket.socket


def serve(control: socket.socket, crew: str, *, gives_way: bool = False) -> None:
    """Fork for each request on `control` until its other end is closed. Never returns in a child.

    crew: "package.module:function", called first; what it loads is there in every child.
    gives_way: children come last for the processor.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _function(crew)()
    Image.init()
    if gives_way:
        # Not earlier: whoever started this waits until it is loaded.
        giving_way.step_last_with_group()
    sandbox.leave_network()
    # What is shared with the children stays shared: the collector would touch, and so copy, every page.
    gc.freeze()
    control.send(b"ready")
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    children: dict[int, _Child] = {}
    while True:
        for key, _ in selector.select():
            if key.fileobj is control:
                if not _accept(control, selector, children, gives_way=gives_way):
                    return _end(children)
            elif isinstance(key.data, _Child):
                _attend(key.fileobj, key.data, selector, children)


def _accept(
    control: socket.socket, selector: selectors.BaseSelector, children: dict[int, _Child], *, gives_way: bool
) -> bool:
    """Start a process for one request; False when nobody will ask any more."""
    message, handles = _receive(control)
    if not message:
        return False
    answer, line, *source = handles
    request = json.loads(message)
    _load(request["loads"])
    pid = os.fork()
    if pid == 0:
        _be_child(request, answer, source, gives_way=gives_way)
    for handle in (answer, *source):
        os.close(handle)
    child = _Child(pid, os.pidfd_open(pid), socket.socket(fileno=line))
    children[pid] = child
    selector.register(child.handle, selectors.EVENT_READ, child)
    selector.register(child.line, selectors.EVENT_READ, child)
    return True


def _load(module: str) -> None:
    """Have it there in every child from now on. "" for none."""
    if module and module not in sys.modules:
        importlib.import_module(module)
        gc.freeze()


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    handles = array.array("i")
    message, ancillary, _, _ = control.recvmsg(REQUEST_BYTES, socket.CMSG_SPACE(3 * handles.itemsize))
    for _, _, data in ancillary:
        handles.frombytes(data[: len(data) - len(data) % handles.itemsize])
    return message, handles.tolist()


def _attend(source: object, child: _Child, selector: selectors.BaseSelector, children: dict[int, _Child]) -> None:
    """Either the asker hung up (then the child must end), or the child ended (then tell the asker)."""
    if child.pid not in children:
        return  # both happened at once, and the end was seen first
    if source is child.line:
        os.kill(child.pid, signal.SIGKILL)
    _, status = os.waitpid(child.pid, 0)
    del children[child.pid]
    selector.unregister(child.handle)
    selector.unregister(child.line)
    os.close(child.handle)
    # An asker that is gone needs no answer, and its death must not be ours.
    with child.line, contextlib.suppress(OSError):
        child.line.send(json.dumps({"code": os.waitstatus_to_exitcode(status)}).encode())


def _end(children: dict[int, _Child]) -> None:
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _be_child(request: dict[str, Any], answer: int, source: list[int], *, gives_way: bool) -> None:
    """Close the doors, do the task, answer in JSON, end. source: the handle of one that lies in memory, or none."""
    code = 1
    try:
        sandbox.die_with_parent()
        if gives_way:
            giving_way.step_last()
        answer = _keep_only(answer, *source)
        task = partial(_function(request["task"]), **request["options"])
        place, out_dir = Path(request["source"]), Path(request["out_dir"])
        limits = sandbox.Limits(**request["limits"])
        sandbox.drop_privileges()
        sandbox.close_files([*sandbox.libraries(), place], out_dir)
        sandbox.limit_resources(limits)
        sandbox.close_system_calls()
        _say(answer, _outcome(task, place, out_dir))
        code = 0
    finally:
        os._exit(code)


def _keep_only(answer: int, *source: int) -> int:
    """The answering pipe becomes number 3, a source in memory 4; 0 to 2 lead nowhere; everything else is closed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    # First out of the way of the numbers that they shall have.
    kept = [fcntl.fcntl(handle, fcntl.F_DUPFD, 16) for handle in (answer, *source)]
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    for number, handle in enumerate(kept, ANSWER_HANDLE):
        os.dup2(handle, number)
    os.closerange(ANSWER_HANDLE + len(kept), os.sysconf("SC_OPEN_MAX"))
    return ANSWER_HANDLE


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _outcome(task: Callable[[Path, Path], Any], source: Path, out_dir: Path) -> dict[str, Any]:
    try:
        result = task(source, out_dir)
    except BadFile as error:
        return {"rejected": error.reason, "kind": type(error).__name__}
    except memory.NeedsMore as more:
        return {"needs": more.needed, "pixels": more.pixels}
    except MemoryError:
        return {"crashed": "it needs more memory than one photo may take"}
    except Exception as error:  # whatever a decoder raises must reach the asker as words
        return {"crashed": f"{type(error).__name__}: {error}"[:300]}
    return {"done": result.as_plain() if hasattr(result, "as_plain") else result}


def _say(answer: int, outcome: dict[str, Any]) -> None:
    rest = memoryview(json.dumps(outcome).encode())
    while rest:
        rest = rest[os.write(answer, rest) :]
