"""A WebSocket at an unknown path is closed with 4404."""

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import re_path


class Refuse(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.close(4404)


refuse = [re_path(r"", Refuse.as_asgi())]
