from django.apps import AppConfig


class SmartCollectionsConfig(AppConfig):
    name = "apps.smart_collections"
    label = "smart_collections"
