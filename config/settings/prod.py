"""A server. Whatever is unsafe there ends the start with a sentence."""

from config.settings.base import *  # noqa: F403
from config.settings.base import IS_HTTPS, env

if not IS_HTTPS:
    raise SystemExit("GLASSINE_URL must begin with https:// in production.")
if env.debug:
    raise SystemExit("GLASSINE_DEBUG must be off in production.")
