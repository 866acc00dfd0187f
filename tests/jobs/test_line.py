"""One's own line: its order, and what waits until it is quiet. Nobody else waits longer for either."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from images_app.jobs import actions
from images_app.jobs.claim import claim_next, next_in_line
from images_app.jobs.expect import lines
from images_app.jobs.fairness import Move
from images_app.jobs.line import move_in_line, set_quiet
from images_app.jobs.models import Generation, ImageJob, Turn
from images_app.jobs.states import State
from images_app.providers.models import Provider
from images_app.teams.models import User

pytestmark = pytest.mark.django_db

Ask = Callable[..., Generation]


def run_all(count: int = 100) -> list[str]:
    """Prompts in the order in which they are claimed, each done before the next."""
    order = []
    for _ in range(count):
        claim = claim_next("tester", 60)
        if claim is None:
            break
        order.append(claim.job.generation.prompt)
        ImageJob.objects.filter(pk=claim.job.pk).update(state=State.SUCCEEDED, lease_until=None)
    return order


def places(*generations: Generation) -> list[int]:
    """The place in line of the first picture of each."""
    waiting = ImageJob.objects.filter(generation__in=generations).select_related("generation__model")
    prospects = lines(waiting)
    return [min(prospects[job.pk].place for job in generation.jobs.all()) for generation in generations]


# --- whenever it is quiet -------------------------------------------------------------------------------------


def test_what_waits_until_it_is_quiet_comes_after_everybodys_ordinary_pictures(
    alice: User, bob: User, ask: Ask
) -> None:
    ask(alice, "quiet", n=3, quiet=True)
    ask(bob, "ordinary", n=3)
    assert run_all() == ["ordinary"] * 3 + ["quiet"] * 3


def test_an_ordinary_picture_overtakes_a_quiet_batch_at_once(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, "quiet", n=500, quiet=True)
    assert run_all(50) == ["quiet"] * 50
    ask(bob, "ordinary", n=5)
    assert run_all(6) == ["ordinary"] * 5 + ["quiet"]


def test_quiet_pictures_use_up_no_ordinary_turns_of_their_owner(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, "quiet", n=500, quiet=True)
    ask(bob, "bob's", n=10)
    ask(alice, "alice's", n=10)
    assert run_all(10).count("alice's") >= 4


def test_ordinary_work_uses_up_no_quiet_turns(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, "alice's", n=200, quiet=True)
    ask(bob, "ordinary", n=200)
    run_all(200)
    ask(bob, "bob's", n=5, quiet=True)
    assert run_all(10).count("bob's") >= 4


def test_it_is_quiet_while_an_ordinary_picture_may_not_run_yet(alice: User, bob: User, ask: Ask) -> None:
    later = ask(bob, "ordinary")
    later.jobs.update(run_after=timezone.now() + timedelta(minutes=1))
    ask(alice, "quiet", quiet=True)
    assert run_all() == ["quiet"]


def test_quiet_pictures_fill_the_places_that_are_free(alice: User, bob: User, ask: Ask) -> None:
    Provider.objects.update(max_in_flight=3)
    ask(alice, "quiet", n=5, quiet=True)
    ask(bob, "ordinary", n=1)
    claimed = [claim.job.generation.prompt for _ in range(5) if (claim := claim_next("tester", 60))]
    assert claimed == ["ordinary", "quiet", "quiet"]


def test_two_peoples_quiet_pictures_take_turns(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, "alice's", n=20, quiet=True)
    ask(bob, "bob's", n=20, quiet=True)
    assert 9 <= run_all(20).count("bob's") <= 11


def test_waiting_pictures_may_change_their_line_and_come_back_at_its_end(
    alice: User, bob: User, ask: Ask
) -> None:
    first = ask(alice, "first", n=2)
    ask(alice, "second", n=2)
    assert set_quiet(first, alice, True) == 2
    assert set_quiet(first, alice, True) == 0
    assert places(first) == [3]
    assert set_quiet(first, alice, False) == 2
    assert run_all() == ["second", "second", "first", "first"]


def test_going_to_and_fro_wins_no_turn(alice: User, bob: User, ask: Ask) -> None:
    mine = ask(alice, "alice's", n=5)
    theirs = ask(bob, "bob's", n=5)
    for _ in range(3):
        set_quiet(mine, alice, True)
        set_quiet(mine, alice, False)
    assert max(theirs.jobs.values_list("turn", flat=True)) <= max(mine.jobs.values_list("turn", flat=True))
    assert run_all(4).count("bob's") >= 2
    assert Turn.objects.get(person=alice, quiet=False).finish <= 6


def test_only_who_may_act_changes_a_line(alice: User, bob: User, ask: Ask) -> None:
    generation = ask(alice)
    with pytest.raises(PermissionDenied):
        set_quiet(generation, bob, True)
    with pytest.raises(PermissionDenied):
        move_in_line(generation, bob, Move.FIRST)


def test_a_quiet_picture_is_told_what_it_waits_for(alice: User, bob: User, ask: Ask) -> None:
    Provider.objects.update(max_in_flight=1)
    quiet = ask(alice, "quiet", quiet=True).jobs.get()
    ask(bob, "ordinary", n=2)
    line = lines([quiet])[quiet.pk]
    assert (line.place, line.why) == (3, "Waits until it is quiet: 2 ahead")


def test_the_claim_is_one_index_lookup(alice: User, ask: Ask) -> None:
    """However long the line is: no sort, and the index of who waits."""
    provider = Provider.objects.get()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    plan = next_in_line(provider)[:1].explain()
    assert "job_waiting_turn" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


# --- the order of one's own -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "move", "order"),
    [
        ("c", Move.FIRST, "ccabb"),
        ("c", Move.UP, "accbb"),
        ("a", Move.DOWN, "bbacc"),
        ("b", Move.UP, "bbacc"),
        ("a", Move.UP, "abbcc"),
        ("c", Move.DOWN, "abbcc"),
    ],
)
def test_a_submission_moves_past_ones_own_others(
    alice: User, ask: Ask, prompt: str, move: Move, order: str
) -> None:
    made = {"a": ask(alice, "a"), "b": ask(alice, "b", n=2), "c": ask(alice, "c", n=2)}
    assert move_in_line(made[prompt], alice, move) == (order != "abbcc")
    assert "".join(run_all()) == order


def test_moving_ones_own_moves_nobody_else(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, "a", n=3)
    theirs = ask(bob, "theirs", n=4)
    last = ask(alice, "b", n=3)
    before = list(ImageJob.objects.order_by("turn").values_list("turn", flat=True))
    where = list(theirs.jobs.order_by("pk").values_list("turn", flat=True))
    assert move_in_line(last, alice, Move.FIRST)
    assert list(ImageJob.objects.order_by("turn").values_list("turn", flat=True)) == before
    assert list(theirs.jobs.order_by("pk").values_list("turn", flat=True)) == where
    assert [prompt for prompt in run_all() if prompt != "theirs"] == ["b"] * 3 + ["a"] * 3


def test_the_quiet_line_has_an_order_of_its_own(alice: User, ask: Ask) -> None:
    ask(alice, "now")
    ask(alice, "a", quiet=True)
    assert move_in_line(ask(alice, "b", quiet=True), alice, Move.FIRST)
    assert run_all() == ["now", "b", "a"]


def test_what_has_left_the_line_is_not_moved(alice: User, ask: Ask) -> None:
    ask(alice, "a")
    gone = ask(alice, "b")
    gone.jobs.update(state=State.CANCELLED)
    assert not move_in_line(gone, alice, Move.FIRST)


@pytest.mark.django_db(transaction=True)
def test_moves_claims_and_cancellations_at_once_lose_and_double_nothing(alice: User, ask: Ask) -> None:
    made = [ask(alice, f"{k}", n=4) for k in range(6)]
    turns = sorted(ImageJob.objects.values_list("turn", flat=True))
    errors: list[Exception] = []

    def doing(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                for _ in range(8):
                    work()
            except Exception as error:  # noqa: BLE001  (whatever a thread meets is the test's business)
                errors.append(error)
            finally:
                connection.close()

        return run

    jobs = list(made[0].jobs.select_related("team"))
    work = [
        doing(lambda: claim_next("tester", 60)),
        doing(lambda: move_in_line(made[5], alice, Move.FIRST)),
        doing(lambda: move_in_line(made[4], alice, Move.UP)),
        doing(lambda: set_quiet(made[3], alice, True) or set_quiet(made[3], alice, False)),
        doing(lambda: [actions.cancel(job, alice) for job in jobs]),
    ]
    threads = [threading.Thread(target=target) for target in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    others = ImageJob.objects.exclude(generation=made[3])
    assert len(set(others.values_list("turn", flat=True))) == 20
    assert set(others.values_list("turn", flat=True)) <= set(turns)
