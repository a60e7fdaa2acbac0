"""Speak the Model Context Protocol on standard input and output; see config.mcp."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.mcp import Api, McpServer


class Command(BaseCommand):
    help = "Let an assistant work with a studio over the public API: reads run, writes ask."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="address of Glassine")

    def handle(self, *args: Any, **options: Any) -> None:
        key = os.environ.get("API_KEY", "")
        if not key:
            raise CommandError(
                "Put an API key into the environment as API_KEY. Its scopes are what the assistant may do."
            )
        McpServer(Api(options["url"].rstrip("/"), key), sys.stdin, sys.stdout).serve()
