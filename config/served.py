"""The web process as it serves: the one door, and a heart that beats for it."""

from apps.monitoring import hearts
from config.asgi import application

__all__ = ["application"]

hearts.start(["web"])
