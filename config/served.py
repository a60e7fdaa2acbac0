"""The web process as it serves: the one door, and a heart that beats for it."""

from config.asgi import application  # noqa: I001  (sets Django up before anything of it is imported)

from apps.monitoring import hearts
from apps.web import free_memory

__all__ = ["application"]

free_memory.keep_for_reuse()
hearts.start(["web"])
