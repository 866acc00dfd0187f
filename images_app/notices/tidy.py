"""Notices do not pile up: after 90 days nobody looks for one."""

from datetime import datetime, timedelta

from django.utils import timezone

from images_app.notices.models import Letter, Notice

DAYS = 90


def tidy(now: datetime | None = None) -> int:
    """Forgets notices and letters that are older; how many notices."""
    before = (now or timezone.now()) - timedelta(days=DAYS)
    count = Notice.objects.filter(created_at__lt=before).delete()[0]
    Letter.objects.filter(made_at__lt=before).delete()
    return count
