"""The web server, with the application loaded before it forks its processes, which so share most of its memory.

Run as `python -m config.granian` with granian's own arguments. A process that died is back as fast as it forks.
"""

import gc

from granian.cli import entrypoint

#: New objects after which the collector looks for rings among them. A page of photos makes tens of thousands, of which
#: nearly all go by themselves; with Python's 700 the looking is a seventh of such a page (docs/performance.md).
COLLECTED_AFTER = 20_000


def load() -> None:
    """What every web process needs. Nothing of it opens a connection or starts a thread: neither survives a fork."""
    from django.urls import get_resolver

    import config.asgi  # noqa: F401

    # Reads the addresses, and with them the pages; otherwise the first request of each process would.
    _ = get_resolver().reverse_dict
    gc.collect()
    # What is shared stays shared: the collector would touch, and so copy, every page.
    gc.freeze()


def serve() -> None:
    """Fork the processes and serve, as granian's arguments in `sys.argv` say."""
    _, *older = gc.get_threshold()
    gc.set_threshold(COLLECTED_AFTER, *older)
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    load()
    serve()
