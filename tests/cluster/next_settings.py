"""Settings of the next version: those of now, and a migration more."""

from config.settings.prod import *  # noqa: F403
from config.settings.prod import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.cluster.upgrade"]
