"""Galleries of other systems, over the network: `manage.py import_immich`."""
