"""Imports that members begin: what the operator put there for their studio, and hosts that the operator named."""
