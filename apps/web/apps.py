from django.apps import AppConfig

# Registers them with the fields.
from apps.web import lookups as lookups


class WebConfig(AppConfig):
    name = "apps.web"
    label = "web"
