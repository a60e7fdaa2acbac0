"""Galleries of others: `manage.py import_immich` over the network, `manage.py import_picpeak` from an archive."""
