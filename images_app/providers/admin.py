"""Placeholder: its owner is writing it."""
