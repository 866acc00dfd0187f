"""What a provider's row does by itself."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from images_app.lib.dbtime import from_now
from images_app.providers.models import Provider


def ends_within(begin_s: float, end_s: float) -> bool:
    """Whether the cooldown ends between these seconds from now, by the database's clock."""
    return Provider.objects.filter(
        Q(cooldown_until__gt=from_now(begin_s)), cooldown_until__lt=from_now(end_s)
    ).exists()


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
def test_the_clock_of_the_machine_moves_no_cooldown(
    ahead: timedelta, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = timezone.now() + ahead
    monkeypatch.setattr(timezone, "now", lambda: shown)
    provider.cool_down(30)
    assert ends_within(20, 31)


def test_a_shorter_wait_leaves_the_longer_one_alone(provider: Provider) -> None:
    for seconds in (60, 5):
        provider.cool_down(seconds)
    assert ends_within(50, 61)


def test_a_longer_wait_takes_over(provider: Provider) -> None:
    for seconds in (5, 60):
        provider.cool_down(seconds)
    assert ends_within(50, 61)
