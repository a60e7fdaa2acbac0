from django.apps import AppConfig

# Registers them with the fields.
from apps.library import lookups as lookups


class LibraryConfig(AppConfig):
    name = "apps.library"
    label = "library"
