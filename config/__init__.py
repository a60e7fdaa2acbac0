"""The installation: settings, addresses, servers."""
