"""Gathers the rooms' system checks: importing this registers them."""

from images_app.providers import checks as providers_checks

__all__ = ["providers_checks"]
