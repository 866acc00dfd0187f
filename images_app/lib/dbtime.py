"""Arithmetic in the database's own time: clocks of worker machines may differ, leases must not."""

from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now


def from_now(seconds: float) -> ExpressionWrapper[Any]:
    """The database's present moment plus ``seconds``."""
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
