"""The web server, with the application loaded before it forks its processes, which so share most of its memory.

Run as `python -m config.granian` with granian's own arguments. A process that died is back as fast as it forks.
"""

import gc

from granian.cli import entrypoint


def load() -> None:
    """What every web process needs. Nothing of it opens a connection or starts a thread: neither survives a fork."""
    from django.urls import get_resolver

    import config.asgi  # noqa: F401

    # Reads the addresses, and with them the pages; otherwise the first request of each process would.
    _ = get_resolver().reverse_dict
    gc.collect()
    # What is shared stays shared: the collector would touch, and so copy, every page.
    gc.freeze()


if __name__ == "__main__":
    load()
    entrypoint()  # type: ignore[no-untyped-call]
