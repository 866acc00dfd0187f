"""The dashboard: what ended when, how long it took, how it stands, and what is counted for it."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.oversight.actions import count_hours, count_storage
from images_app.oversight.dashboard import Dashboard
from images_app.oversight.lengths import at_percent, step_of
from images_app.oversight.models import HourTally, StorageTally
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_job, make_picture

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 17, 13, 20, tzinfo=UTC)


def ended(generation: Generation, state: State, at: datetime, *, waited: int = 4, took: int = 20) -> None:
    """One more job that ended then."""
    sent_at = at - timedelta(seconds=took)
    times = {"created_at": sent_at - timedelta(seconds=waited), "sent_at": sent_at, "finished_at": at}
    make_job(generation, state, position=ImageJob.objects.filter(generation=generation).count(), **times)


@pytest.fixture
def generation(alice: User, model: ImageModel) -> Generation:
    return make_generation(alice, model)


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/oversight/{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(("percent", "seconds"), [(50, 100), (95, 190)])
def test_what_is_told_of_lengths_is_at_most_a_tenth_too_long(percent: int, seconds: int) -> None:
    told = at_percent(Counter(step_of(length) for length in range(1, 201)), percent)
    assert told is not None and seconds <= told <= seconds * 1.1 + 0.01
    assert at_percent(Counter(), percent) is None
    assert at_percent(Counter([step_of(0)]), percent) == 1


def test_hours_are_counted_once_and_the_last_ones_again(generation: Generation) -> None:
    ended(generation, State.SUCCEEDED, NOW - timedelta(minutes=5))
    ended(generation, State.FAILED, NOW - timedelta(days=40))
    count_hours(NOW)
    ended(generation, State.SUCCEEDED, NOW - timedelta(hours=1))
    count_hours(NOW)
    assert HourTally.objects.get(hour=NOW.replace(hour=12, minute=0)).states == {"succeeded": 1}
    assert HourTally.objects.get(hour=NOW.replace(hour=13, minute=0)).states == {"succeeded": 1}
    later = NOW + timedelta(days=60)
    ended(generation, State.LOST, NOW + timedelta(days=2))
    count_hours(later)
    assert HourTally.objects.get(hour=NOW.replace(day=19, minute=0)).states == {"lost": 1}
    assert HourTally.objects.order_by("hour")[0].hour >= later - timedelta(days=91, hours=1)


def test_ranges_have_what_ended_in_them(generation: Generation, admin: User) -> None:
    for state, ago in (
        (State.SUCCEEDED, timedelta(hours=2)),
        (State.SUCCEEDED, timedelta(days=3)),
        (State.REJECTED, timedelta(days=3)),
        (State.CANCELLED, timedelta(days=3)),
        (State.SUCCEEDED, timedelta(days=20)),
        (State.FAILED, timedelta(days=80)),
    ):
        ended(generation, state, NOW - ago)
    count_hours(NOW)
    found = {value: Dashboard(value, admin, NOW) for value in ("24h", "7d", "30d", "90d", "x\0")}
    assert [sum(board.states.values()) for board in found.values()] == [1, 4, 5, 6, 1]
    assert [board.success for board in found.values()] == ["100%", "66.6%", "75%", "60%", "100%"]
    assert [board.wrong for board in found.values()] == [0, 1, 1, 2, 0]
    assert [len(board.bars) for board in found.values()] == [24, 28, 30, 90, 24]
    for board in found.values():
        assert sum(span.done + span.wrong + span.cancelled for span in board.spans) == sum(
            board.states.values()
        )
    assert [span.name for span in found["90d"].spans if span.wrong] == ["26 Feb", "14 May"]


def test_the_page_says_how_long_it_takes(generation: Generation, admin: User, client_of: ClientOf) -> None:
    for took in (10, 10, 10, 100):
        ended(generation, State.SUCCEEDED, timezone.now() - timedelta(minutes=1), waited=3, took=took)
    count_hours()
    text = page(client_of(admin))
    row = text.partition("From the call to the picture")[2].partition("</tr>")[0]
    assert ">11 s<" in row and ">2 min<" in row
    assert (
        text.partition("spent-plot")[2].partition("</svg>")[0].count("<rect") == 3 * 24
        and "<dd>100%</dd>" in text
    )


def test_what_waits_is_counted_by_model(
    alice: User, admin: User, model: ImageModel, client_of: ClientOf
) -> None:
    for _ in range(2):
        make_job(make_generation(alice, model), State.QUEUED)
    make_job(make_generation(alice, model), State.UNKNOWN)
    text = page(client_of(admin))
    assert "<dt>Waiting</dt><dd>2</dd>" in text and "<dt>Needs your decision</dt><dd>1</dd>" in text
    assert text.partition("DALL·E 3")[2].startswith('</th><td class="num">2<')


def test_storage_is_what_was_counted_last(
    alice: User, admin: User, model: ImageModel, client_of: ClientOf
) -> None:
    assert "Nothing is counted yet" in page(client_of(admin))
    one = make_picture(make_generation(alice, model), bytes=3_000_000)
    two = make_picture(make_generation(alice, model), bytes=1_194_304, trashed_at=timezone.now())
    count_storage()
    assert "4.0\xa0MB" in page(client_of(admin))
    assert StorageTally.objects.get().pictures == 2
    for picture in (one, two):
        picture.delete()
    count_storage()
    assert not StorageTally.objects.exists()


def test_the_first_page_of_an_empty_site_says_so(admin: User, client_of: ClientOf) -> None:
    text = page(client_of(admin))
    assert (
        "Nothing ended in this time." in text
        and "<svg class=" not in text.partition("<main")[2].partition("Now")[0]
    )


def test_only_staff_with_the_permission_see_it(alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).get("/oversight/").status_code == 403


def test_more_jobs_take_no_more_queries(generation: Generation, admin: User, client_of: ClientOf) -> None:
    client, counts = client_of(admin), []
    for number in (3, 30):
        for ago in range(number):
            ended(generation, State.SUCCEEDED, timezone.now() - timedelta(hours=ago))
            make_job(make_generation(generation.person, generation.model), State.QUEUED)
        count_hours()
        page(client)
        with CaptureQueriesContext(connection) as captured:
            page(client, "?range=90d")
        counts.append(len(captured))
    assert counts[0] == counts[1]
