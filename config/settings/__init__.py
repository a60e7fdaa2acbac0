"""Settings. Whoever reads them gets the queues too, which tasks of all apps are sent to; the launcher needs neither."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
