"""What moderators decide holds, can be taken back, is told, and can be appealed once; nobody decides on their own."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from images_app.audit.models import AuditEntry
from images_app.cases import actions, deciding
from images_app.cases.deciding import decide, undo
from images_app.cases.models import Case, Decision
from images_app.galleries import comments
from images_app.galleries.models import Comment
from images_app.images.models import StoredImage
from images_app.lib.append_only import NotChangeable
from images_app.moderation.models import FlaggedPrompt
from images_app.notices.models import Notice
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person
from images_app.teams.audience import Audience
from images_app.teams.models import User
from tests.rows import make_generation, make_picture
from tests.threads import at_once

ClientOf = Callable[[User], Client]
Word = Decision.Word
State = Case.State


@pytest.fixture
def other(db: None) -> User:
    """A second moderator."""
    return make_person("olga@example.com", None, name="Olga Orr", superuser=True)


@pytest.fixture
def image(alice: User, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(alice, model, "A heron"), audience=Audience.TEAM)


@pytest.fixture
def case(image: StoredImage) -> Case:
    return actions.report(image, None, "person", "").case


def say(by: User, case: Case, word: Decision.Word, code: str = "", text: str = "") -> list[str]:
    """Why it came to nothing, if it did."""
    case.refresh_from_db()
    return [why for _, why in decide(by, [(case.pk, case.version)], word, code, text).passed]


def test_it_is_hidden_with_a_reason_and_its_maker_is_told(
    case: Case, image: StoredImage, admin: User, alice: User, client_of: ClientOf
) -> None:
    assert say(admin, case, Word.HIDE, "person", "She asked us to.") == []
    image.refresh_from_db()
    assert image.hidden_reason == "It shows a real person who did not agree. She asked us to."
    case.refresh_from_db()
    assert (case.state, case.verdict, case.decided_by, case.version) == ("decided", "hidden", admin, 2)
    entry = AuditEntry.objects.get(verb="case.decided")
    assert (entry.actor_id, entry.target_id, entry.after["word"]) == (admin.pk, str(case.pk), "hide")
    notice = Notice.objects.get(person=alice)
    assert (notice.kind, notice.case) == ("case", case)
    assert client_of(alice).get(reverse("notice", args=[notice.pk]))["Location"] == reverse(
        "case", args=[case.pk]
    )
    statement = client_of(alice).get(reverse("case", args=[case.pk])).content.decode()
    assert "Your picture was hidden" in statement
    assert "She asked us to." in statement
    assert "Ada" not in statement  # who decided is not named
    assert reverse("case", args=[case.pk]) in client_of(alice).get(f"/images/{image.pk}/").content.decode()
    listed = client_of(alice).get("/notices/").content.decode()
    assert "It was decided about your picture: hidden" in listed


def test_without_a_reason_it_is_the_reported_one(case: Case, image: StoredImage, admin: User) -> None:
    assert say(admin, case, Word.HIDE) == []
    image.refresh_from_db()
    assert image.hidden_reason == "It shows a real person who did not agree."


def test_what_nobody_gave_a_reason_for_is_not_hidden(alice: User, admin: User, model: ImageModel) -> None:
    FlaggedPrompt.objects.create(generation=make_generation(alice, model), reason="Weapons")
    actions.gather()
    assert say(admin, Case.objects.get(), Word.HIDE) == [deciding.UNREASONED]
    assert Case.objects.get().version == 1


def test_what_is_approved_stays_as_it_is_and_nobody_is_told(
    case: Case, image: StoredImage, admin: User
) -> None:
    assert say(admin, case, Word.APPROVE) == []
    image.refresh_from_db()
    assert image.hidden_at is None
    case.refresh_from_db()
    assert (case.state, case.verdict) == ("decided", "approved")
    assert not Notice.objects.exists()


def test_nobody_decides_on_their_own(admin: User, model: ImageModel) -> None:
    own = make_picture(make_generation(admin, model))
    case = actions.report(own, None, "person", "").case
    for word in (Word.APPROVE, Word.HIDE, Word.REMOVE, Word.ESCALATE):
        assert say(admin, case, word, "person") == [deciding.OWN]
    assert not Decision.objects.exists()
    own.refresh_from_db()
    assert own.hidden_at is None


def test_the_second_hears_who_was_first_and_what_they_decided(
    case: Case, image: StoredImage, admin: User, other: User
) -> None:
    seen = [(case.pk, case.version)]
    assert decide(admin, seen, Word.HIDE, "sexual").done == [(case.pk, 2)]
    assert decide(other, seen, Word.APPROVE).passed == [
        (case.pk, "Ada Admin was first: hidden (It is sexual.).")
    ]
    image.refresh_from_db()
    assert image.hidden_at is not None
    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_decides(
    case: Case, image: StoredImage, admin: User, other: User
) -> None:
    """With real transactions: whichever is first, the other changes nothing."""
    seen = [(case.pk, case.version)]

    def press(by: User, word: Decision.Word) -> Callable[[], deciding.Outcome]:
        return lambda: decide(by, seen, word, "sexual")

    answers = at_once(press(admin, Word.HIDE), press(other, Word.APPROVE))
    outcomes = [one for one in answers if isinstance(one, deciding.Outcome)]
    assert sorted(len(one.done) for one in outcomes) == [0, 1]
    [why] = [why for one in outcomes for _, why in one.passed]
    assert "was first" in why
    decision = Decision.objects.get()
    image.refresh_from_db()
    assert (image.hidden_at is not None) == (decision.word == Word.HIDE)


def test_a_removal_takes_two_people(case: Case, image: StoredImage, admin: User, other: User) -> None:
    assert say(admin, case, Word.REMOVE, "sexual") == []
    image.refresh_from_db()
    case.refresh_from_db()
    assert (image.hidden_at is not None, image.trashed_at, case.state) == (True, None, "open")
    assert say(admin, case, Word.REMOVE, "sexual") == [deciding.ASKED]
    assert say(other, case, Word.REMOVE) == []
    image.refresh_from_db()
    case.refresh_from_db()
    assert image.trashed_at is not None
    assert (case.state, case.verdict, case.code) == ("decided", "removed", "sexual")


def test_who_confirms_may_also_say_that_it_stays(
    case: Case, image: StoredImage, admin: User, other: User
) -> None:
    say(admin, case, Word.REMOVE, "sexual")
    assert say(other, case, Word.APPROVE) == []
    image.refresh_from_db()
    assert (image.hidden_at, image.trashed_at) == (None, None)


def test_what_is_escalated_comes_first_and_is_somebody_elses(case: Case, admin: User, other: User) -> None:
    assert say(admin, case, Word.ESCALATE) == []
    case.refresh_from_db()
    assert (case.urgency, case.state) == (3, "open")
    assert say(admin, case, Word.APPROVE) == [deciding.ESCALATED]
    assert say(other, case, Word.APPROVE) == []


def test_a_hidden_comment(image: StoredImage, admin: User, bob: User) -> None:
    said = comments.say(image, bob, "Something unkind")
    case = actions.report(said, None, "hate", "").case
    assert say(admin, case, Word.REMOVE, "hate") == [deciding.PICTURES]
    assert say(admin, case, Word.HIDE) == []
    assert Comment.objects.get().hidden_reason == "It incites hatred."
    assert undo(admin, [(case.pk, 2)]).passed == []
    assert Comment.objects.get().hidden_at is None


def test_a_flagged_prompt_takes_its_pictures_along(alice: User, admin: User, model: ImageModel) -> None:
    generation = make_generation(alice, model, "A sword")
    for position in range(2):
        make_picture(generation, position=position)
    bystander = make_picture(make_generation(alice, model))
    FlaggedPrompt.objects.create(generation=generation, reason="Weapons")
    actions.gather()
    assert say(admin, Case.objects.get(), Word.HIDE, "violence") == []
    hidden = StoredImage.objects.filter(hidden_at__isnull=False)
    assert hidden.count() == 2
    assert bystander not in hidden


def test_the_same_bytes_follow_a_decision(
    case: Case, image: StoredImage, admin: User, bob: User, model: ImageModel
) -> None:
    copy = make_picture(make_generation(bob, model), sha256=image.sha256)
    own = make_picture(make_generation(admin, model), sha256=image.sha256)
    say(admin, case, Word.HIDE)
    for one in (copy, own):
        one.refresh_from_db()
    assert (copy.hidden_at is not None, own.hidden_at) == (True, None)
    followed = Case.objects.get(image=copy)
    assert (followed.cause, followed.verdict, followed.maker) == ("copy", "hidden", bob)
    assert Notice.objects.filter(person=bob, case=followed).exists()
    undo(admin, [(case.pk, 2)])
    copy.refresh_from_db()
    assert copy.hidden_at is None


def test_an_undo_puts_everything_back(case: Case, image: StoredImage, admin: User) -> None:
    say(admin, case, Word.HIDE)
    assert undo(admin, [(case.pk, 2)]).done == [(case.pk, 3)]
    image.refresh_from_db()
    case.refresh_from_db()
    assert image.hidden_at is None
    assert (case.state, case.verdict, case.decided_by, case.decided_at) == ("open", "", None, None)
    assert not Notice.objects.exists()
    assert [one.word for one in Decision.objects.order_by("version")] == ["hide", "undo"]
    assert undo(admin, [(case.pk, 3)]).passed == [(case.pk, "It was taken back already.")]


def test_only_ones_own_last_word_is_taken_back_and_soon(case: Case, admin: User, other: User) -> None:
    say(admin, case, Word.HIDE)
    assert undo(other, [(case.pk, 2)]).done == []
    late = timezone.now() + deciding.UNDO + timedelta(seconds=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("images_app.cases.deciding.timezone.now", lambda: late)
        assert undo(admin, [(case.pk, 2)]).done == []
    assert undo(admin, [(case.pk, 2)]).done != []


def test_an_undo_does_not_end_what_was_reported_since(case: Case, image: StoredImage, admin: User) -> None:
    say(admin, case, Word.APPROVE)
    again = actions.report(image, None, "sexual", "").case
    assert again != case
    assert undo(admin, [(case.pk, 2)]).passed == [(case.pk, "It was reported anew: decide on that.")]
    case.refresh_from_db()
    assert case.state == "decided"


def test_a_decision_is_never_rewritten(case: Case, admin: User) -> None:
    say(admin, case, Word.HIDE)
    decision = Decision.objects.get()
    with pytest.raises(NotChangeable):
        decision.save()
    for words in ("UPDATE images_app_decision SET word = 'approve'", "DELETE FROM images_app_decision"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(words)
    assert Decision.objects.get().word == "hide"


def test_a_maker_appeals_once_and_somebody_else_decides(
    case: Case, image: StoredImage, admin: User, other: User, alice: User, client_of: ClientOf
) -> None:
    say(admin, case, Word.HIDE)
    address = reverse("case_appeal", args=[case.pk])
    assert client_of(alice).post(address, {"text": " "}).status_code == 422
    assert client_of(alice).post(address, {"text": "She is my own sister."}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.appeal) == ("appealed", "She is my own sister.")
    client_of(alice).post(address, {"text": "Once more."})
    case.refresh_from_db()
    assert case.appeal == "She is my own sister."
    assert say(admin, case, Word.APPROVE) == [deciding.FIRST]
    assert say(other, case, Word.APPROVE) == []
    image.refresh_from_db()
    case.refresh_from_db()
    assert (image.hidden_at, case.verdict) == (None, "approved")
    assert Notice.objects.filter(person=alice).count() == 2
    page = client_of(alice).get(reverse("case", args=[case.pk])).content.decode()
    assert "Your picture is shown" in page
    assert "Send the appeal" not in page


def test_an_appeal_that_is_refused_is_the_end_of_it(
    case: Case, image: StoredImage, admin: User, other: User, alice: User
) -> None:
    say(admin, case, Word.HIDE)
    case.refresh_from_db()
    actions.appeal(alice, case, "Why?")
    assert say(other, case, Word.HIDE) == []
    case.refresh_from_db()
    image.refresh_from_db()
    assert image.hidden_at is not None
    assert not case.may_be_appealed
    assert not actions.appeal(alice, case, "Why?")


def test_an_appeal_against_a_removal_brings_it_back(
    case: Case, image: StoredImage, admin: User, other: User, bob: User, alice: User
) -> None:
    say(admin, case, Word.REMOVE, "sexual")
    say(other, case, Word.REMOVE)
    case.refresh_from_db()
    actions.appeal(alice, case, "Why?")
    User.objects.filter(pk=bob.pk).update(is_superuser=True, is_staff=True)
    assert say(bob, case, Word.APPROVE) == []
    image.refresh_from_db()
    assert (image.hidden_at, image.trashed_at) == (None, None)


def test_a_statement_is_its_makers_alone(
    case: Case, admin: User, alice: User, bob: User, client_of: ClientOf
) -> None:
    address = reverse("case", args=[case.pk])
    assert client_of(alice).get(address).status_code == 404  # nothing is decided yet
    say(admin, case, Word.HIDE)
    assert client_of(bob).get(address).status_code == 404
    assert client_of(admin).get(address).status_code == 404
    assert client_of(alice).get(address).status_code == 200
