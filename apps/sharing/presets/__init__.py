"""Presets of galleries and links: their pages, and a gallery that starts with one."""
