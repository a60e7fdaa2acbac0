"""Starts Glassine: PostgreSQL and Redis from wheels, web, worker and beat, all under one supervisor.

`main` runs everything on one machine. `serve` is one part of it for a machine that has a supervisor of its own.
"""
