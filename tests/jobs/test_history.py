"""Every job on one page, one job's whole story, and what its owner may do about it."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.states import State
from images_app.jobs.views import history
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_attempt, make_generation, make_job, make_picture

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
ACTIONS = ["cancellation", "decision", "again"]
HOSTILE = [
    "</script><script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}",
    "\u202e<img src=x>",
    "😀" * 4000,
]


def listed(page: str) -> list[str]:
    """Ids of the jobs in the table, in order."""
    return re.findall(r'class="h-prompt" href="/jobs/([0-9a-f-]{36})/"', page)


def older(page: str) -> str:
    found = re.search(r'<a class="btn" href="(\?[^"]*before=[^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else ""


def text_of(page: str) -> str:
    """What is read on the page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


@pytest.fixture
def unclear(alice: User, model: ImageModel) -> ImageJob:
    """A call of Alice's with unknown outcome."""
    generation = make_generation(alice, model, "Harbour at blue hour")
    job = make_job(generation, State.UNKNOWN, reason="broken", message="The connection broke.")
    make_attempt(
        job, Attempt.Outcome.UNKNOWN, reason="broken", status=502, request_id="req_7", raw_excerpt="<html>bad"
    )
    return job


# --- the list ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_listed_by_its_name(
    alice: User, model: ImageModel, client_of: ClientOf, state: State
) -> None:
    make_job(make_generation(alice, model, "A paper boat"), state)
    page = client_of(alice).get("/jobs/").content.decode()
    assert "A paper boat" in page
    row = page[page.index("<tbody") :]
    assert f"{state.label}</span>" in row


@pytest.mark.parametrize(
    ("state", "charged", "words"),
    [
        (State.QUEUED, None, "about $0.04"),
        (State.UNKNOWN, None, "at risk $0.04"),
        (State.SUCCEEDED, "0.04", "$0.04"),
        (State.SUCCEEDED, "0.08", "$0.08"),
        (State.REJECTED, "0", "not charged"),
        (State.CANCELLED, "0", "not charged"),
        (State.FAILED, "0.04", "$0.04"),
    ],
)
def test_the_cost_is_told_as_it_is(
    alice: User, model: ImageModel, client_of: ClientOf, state: State, charged: str | None, words: str
) -> None:
    make_job(make_generation(alice, model), state, charged_usd=Decimal(charged) if charged else None)
    page = client_of(alice).get("/jobs/").content.decode()
    assert f'h-cost">{words}</td>' in page


@pytest.mark.parametrize("state", [State.QUEUED, State.UNKNOWN, State.SUCCEEDED, State.LOST, State.FAILED])
def test_an_unknown_price_is_never_shown_as_nothing(
    alice: User, model: ImageModel, client_of: ClientOf, state: State
) -> None:
    make_job(make_generation(alice, model), state, price_usd=None)
    assert "price unknown" in client_of(alice).get("/jobs/").content.decode()


def test_a_waiting_one_shows_its_place(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    make_job(make_generation(alice, model), State.QUEUED, turn=1.0)
    make_job(make_generation(alice, model), State.QUEUED, turn=2.0)
    page = client_of(alice).get("/jobs/").content.decode()
    assert "Next in line" in page
    assert "2nd in line" in page


def test_a_finished_one_shows_its_picture_and_how_long_it_took(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    picture = make_picture(make_generation(alice, model))
    ImageJob.objects.update(sent_at=NOON, finished_at=NOON + timedelta(seconds=17))
    page = client_of(alice).get("/jobs/").content.decode()
    assert f"/images/{picture.pk}/thumbnail/" in page
    assert "17 s" in page


def test_the_buttons_are_those_that_apply(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    jobs = {state: make_job(make_generation(alice, model), state) for state in State}
    page = client_of(alice).get("/jobs/").content.decode()
    assert [state for state in State if f"/jobs/{jobs[state].pk}/cancellation/" in page] == [State.QUEUED]
    assert [state for state in State if f"/jobs/{jobs[state].pk}/#decision" in page] == [State.UNKNOWN]
    repeatable = {State.REJECTED, State.FAILED, State.LOST, State.CANCELLED}
    assert {state for state in State if f"/jobs/{jobs[state].pk}/again/" in page} == repeatable


def test_nobody_sees_another_persons_jobs(
    alice: User, bob: User, model: ImageModel, client_of: ClientOf
) -> None:
    make_job(make_generation(alice, model, "Alice's secret garden"), State.QUEUED)
    page = client_of(bob).get("/jobs/").content.decode()
    assert listed(page) == []
    assert "secret garden" not in page


def test_older_pages_lose_and_double_nothing_where_times_are_equal(
    alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE_SIZE", 3)
    generation = make_generation(alice, model, n=10)
    for position in range(10):
        make_job(generation, State.QUEUED, position=position, created_at=NOON)
    client, seen, query = client_of(alice), [], ""
    for _ in range(5):
        page = client.get(f"/jobs/{query}").content.decode()
        seen += listed(page)
        query = older(page)
        if not query:
            break
    assert not query
    assert seen == [str(job.pk) for job in ImageJob.objects.order_by("-created_at", "-id")]


def test_the_number_of_queries_does_not_grow_with_the_jobs(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    client, counts = client_of(alice), []
    states = [State.QUEUED, State.UNKNOWN, State.REJECTED]
    for total in (6, 36):
        while ImageJob.objects.count() < total:
            make_job(make_generation(alice, model), states[ImageJob.objects.count() % 3])
            make_picture(make_generation(alice, model))
        client.get("/jobs/")  # what is measured once and remembered
        with CaptureQueriesContext(connection) as captured:
            assert len(listed(client.get("/jobs/").content.decode())) == total
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "prompts"),
    [
        ("state=under-way", {"waits", "runs", "is saved"}),
        ("state=decide", {"unclear"}),
        ("state=refused", {"refused"}),
        ("text=CLEAR", {"unclear"}),
        ("text=s&state=under-way", {"waits", "runs", "is saved"}),
        ("state=nonsense", set()),
        ("text=%00", set()),
    ],
)
def test_the_filters_keep_what_they_name(
    alice: User, model: ImageModel, client_of: ClientOf, query: str, prompts: set[str]
) -> None:
    for prompt, state in {
        "waits": State.QUEUED,
        "runs": State.SENT,
        "is saved": State.RECEIVED,
        "unclear": State.UNKNOWN,
        "refused": State.REJECTED,
    }.items():
        make_job(make_generation(alice, model, prompt), state)
    found = listed(client_of(alice).get(f"/jobs/?{query}").content.decode())
    assert set(Generation.objects.filter(jobs__pk__in=found).values_list("prompt", flat=True)) == prompts


# --- one job -----------------------------------------------------------------------------------------------------


def test_a_jobs_page_tells_its_whole_story(alice: User, unclear: ImageJob, client_of: ClientOf) -> None:
    page = text_of(client_of(alice).get(f"/jobs/{unclear.pk}/").content.decode())
    for words in (
        "Harbour at blue hour",
        "Needs your decision",
        "The connection broke.",
        "at risk $0.04",
        "Asked for",
        "502",
        "req_7",
        "perhaps $0.04",
        "1024 × 1024",
        "&lt;html&gt;bad",
        str(unclear.pk),
    ):
        assert words in page, words


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_page(alice: User, model: ImageModel, client_of: ClientOf, state: State) -> None:
    job = make_job(make_generation(alice, model), state)
    assert client_of(alice).get(f"/jobs/{job.pk}/").status_code == 200


@pytest.mark.parametrize("action", ["", *(f"{action}/" for action in ACTIONS)])
def test_a_stranger_gets_the_same_404_as_for_a_random_id(
    bob: User, unclear: ImageJob, client_of: ClientOf, action: str
) -> None:
    client = client_of(bob)
    ask = client.post if action else client.get
    foreign = ask(f"/jobs/{unclear.pk}/{action}", {"choice": "retry"})
    random = ask(f"/jobs/{uuid.uuid4()}/{action}", {"choice": "retry"})
    assert foreign.status_code == random.status_code == 404
    assert foreign.content == random.content
    unclear.refresh_from_db()
    assert unclear.state == State.UNKNOWN


@pytest.mark.parametrize("action", ACTIONS)
def test_verbs_are_posted(alice: User, unclear: ImageJob, client_of: ClientOf, action: str) -> None:
    assert client_of(alice).get(f"/jobs/{unclear.pk}/{action}/").status_code == 405


@pytest.mark.parametrize("address", ["/jobs/", "/jobs/{id}/"])
def test_pages_are_only_read(alice: User, unclear: ImageJob, client_of: ClientOf, address: str) -> None:
    assert client_of(alice).post(address.format(id=unclear.pk)).status_code == 405


@pytest.mark.parametrize("id", ["1", "x", "00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_id_is_no_page(alice: User, client_of: ClientOf, id: str) -> None:
    assert client_of(alice).get(f"/jobs/{id}/").status_code == 404


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(alice: User, model: ImageModel, client_of: ClientOf, words: str) -> None:
    job = make_job(make_generation(alice, model, words), State.UNKNOWN, message=words)
    make_attempt(job, Attempt.Outcome.UNKNOWN, raw_excerpt=words, request_id=words[:100])
    client = client_of(alice)
    for address in ("/jobs/", f"/jobs/{job.pk}/"):
        page = client.get(address).content.decode()
        assert "<script>" not in page
        assert "<img src=x>" not in page
    assert words.replace("<", "&lt;").replace(">", "&gt;") in page


# --- what its owner does -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "state", "charged"),
    [
        ("retry", State.QUEUED, None),
        ("charged", State.FAILED, Decimal("0.04")),
        ("written_off", State.FAILED, Decimal(0)),
    ],
)
def test_a_decision_is_carried_out_and_recorded(
    alice: User, unclear: ImageJob, client_of: ClientOf, choice: str, state: State, charged: Decimal | None
) -> None:
    response = client_of(alice).post(
        f"/jobs/{unclear.pk}/decision/", {"choice": choice, "note": "asked the endpoint"}, follow=True
    )
    unclear.refresh_from_db()
    assert (unclear.state, unclear.charged_usd) == (state, charged)
    event = unclear.events.last()
    assert event is not None
    assert event.actor == alice
    assert "asked the endpoint" in event.reason
    assert response.redirect_chain == [(f"/jobs/{unclear.pk}/", 302)]


@pytest.mark.parametrize(
    "data",
    [{}, {"choice": "free"}, {"choice": "retry", "note": "x" * 121}, {"choice": "retry", "note": "\0"}],
)
def test_a_wrong_decision_changes_nothing_and_says_why(
    alice: User, unclear: ImageJob, client_of: ClientOf, data: dict[str, str]
) -> None:
    response = client_of(alice).post(f"/jobs/{unclear.pk}/decision/", data)
    unclear.refresh_from_db()
    assert response.status_code == 422
    assert 'class="problem"' in response.content.decode()
    assert unclear.state == State.UNKNOWN


def test_a_second_decision_is_told_that_it_is_too_late(
    alice: User, unclear: ImageJob, client_of: ClientOf
) -> None:
    client = client_of(alice)
    client.post(f"/jobs/{unclear.pk}/decision/", {"choice": "charged"})
    response = client.post(f"/jobs/{unclear.pk}/decision/", {"choice": "retry"}, follow=True)
    unclear.refresh_from_db()
    assert unclear.state == State.FAILED
    assert "no longer needs a decision" in response.content.decode()


def test_cancelling_one_that_waits_costs_nothing(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    job = make_job(make_generation(alice, model), State.QUEUED)
    response = client_of(alice).post(f"/jobs/{job.pk}/cancellation/", {"next": "/jobs/?state=under-way"})
    job.refresh_from_db()
    assert (job.state, job.charged_usd) == (State.CANCELLED, Decimal(0))
    assert response["Location"] == "/jobs/?state=under-way"


def test_cancelling_one_already_sent_only_marks_it(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    job = make_job(make_generation(alice, model), State.SENT)
    response = client_of(alice).post(f"/jobs/{job.pk}/cancellation/", follow=True)
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == (State.SENT, True)
    assert "Its picture will be kept" in response.content.decode()


def test_cancelling_one_that_is_done_is_too_late(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    picture = make_picture(make_generation(alice, model))
    response = client_of(alice).post(f"/jobs/{picture.job_id}/cancellation/", follow=True)
    assert "too late to cancel" in response.content.decode()


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "jobs",
        "http:///evil",
    ],
)
def test_the_way_back_never_leaves_the_site(
    alice: User, model: ImageModel, client_of: ClientOf, next: str
) -> None:
    job = make_job(make_generation(alice, model), State.QUEUED)
    response = client_of(alice).post(f"/jobs/{job.pk}/cancellation/", {"next": next})
    assert response["Location"] == f"/jobs/{job.pk}/"


def test_trying_again_makes_one_new_picture_however_often_it_is_pressed(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    job = make_job(make_generation(alice, model, "A boat", n=4, size="1792x1024"), State.REJECTED)
    client = client_of(alice)
    answers = {client.post(f"/jobs/{job.pk}/again/", {"key": "k1"})["Location"] for _ in range(3)}
    new = ImageJob.objects.exclude(pk=job.pk).get()
    assert answers == {f"/jobs/{new.pk}/"}
    assert (new.state, new.generation.prompt, new.generation.size, new.generation.n) == (
        State.QUEUED,
        "A boat",
        "1792x1024",
        1,
    )


def test_trying_again_from_a_page_drawn_anew_makes_another(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    job = make_job(make_generation(alice, model), State.FAILED)
    client = client_of(alice)
    for key in ("k1", "k2"):
        client.post(f"/jobs/{job.pk}/again/", {"key": key})
    assert ImageJob.objects.exclude(pk=job.pk).count() == 2


@pytest.mark.parametrize("state", [State.QUEUED, State.SENT, State.UNKNOWN, State.RECEIVED, State.SUCCEEDED])
def test_only_what_came_to_nothing_may_be_tried_again(
    alice: User, model: ImageModel, client_of: ClientOf, state: State
) -> None:
    job = make_job(make_generation(alice, model), state)
    client_of(alice).post(f"/jobs/{job.pk}/again/", {"key": "k"})
    assert ImageJob.objects.count() == 1


def test_a_model_no_longer_offered_is_not_asked_again(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    job = make_job(make_generation(alice, model), State.FAILED)
    ImageModel.objects.update(enabled=False)
    response = client_of(alice).post(f"/jobs/{job.pk}/again/", {"key": "k"}, follow=True)
    assert ImageJob.objects.count() == 1
    assert "not offered any more" in response.content.decode()


def test_htmx_leaves_no_message_for_another_page(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    job = make_job(make_generation(alice, model), State.QUEUED)
    client = client_of(alice)
    client.post(f"/jobs/{job.pk}/cancellation/", headers={"HX-Request": "true"})
    assert 'class="notices"' not in client.get("/jobs/").content.decode()
