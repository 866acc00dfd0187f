"""Every page that lists something asks the database as often for thirty rows as for three."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.asks.models import Ask
from images_app.audit.actions import record
from images_app.audit.models import AuditSeal
from images_app.budgets import actions as booking
from images_app.budgets.models import Budget, LedgerEntry, Scope
from images_app.cases import actions as case_actions
from images_app.cases.models import Decision, Opening
from images_app.collections.models import Collection, CollectionItem, Contributor
from images_app.galleries.models import Comment, CommentMention, Guest, SavedView, ShareLink, Vote
from images_app.images.models import Favourite, StoredImage
from images_app.jobs.models import Generation, Preset
from images_app.jobs.states import State
from images_app.moderation.models import FlaggedPrompt, ModerationEndpoint, PromptRule, RefusedPrompt
from images_app.notices.models import Kind, Notice
from images_app.people.models import Impersonation, Strike, StrikeLift, Suspension
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.actions import make_person, make_team
from images_app.teams.audience import Audience
from images_app.teams.invitations import invite
from images_app.teams.models import Deed, Happening, Membership, User
from images_app.teams.roles import Role
from images_app.trials.models import Trial
from tests.rows import make_generation, make_job, make_picture, make_publication

ClientOf = Callable[[User], Client]
FEW, MANY = 3, 30

# Name of the address: the queries that make other lists of it.
LISTS = {
    "studio": [""],
    "prompts": [""],
    "generations": ["?after={generation}"],
    "generation": [""],
    "queue": [""],
    "jobs": ["", "?text=heron", "?state=failed"],
    "library": ["", "?text=heron", "?favourite=on", "?shape=wide", "?state=failed", "?state=decide"],
    "image": [""],
    "team_collections": [""],
    "team_collection": ["", "?arrange=1"],
    "collection_people": [""],
    "desk": [""],
    "trash": [""],
    "notices": [""],
    "account_strikes": [""],
    "teams": [""],
    "team": ["", "?list=loved", "?list=mine", "?text=heron", "?person=me"],
    "team_left": ["", "?text=left", "?shape=wide"],
    "team_activity": ["", "?kind=pictures", "?kind=comments"],
    "team_makers": [""],
    "team_people": [""],
    "team_settings": [""],
    "team_spend": ["", "?range=year"],
    "site_spend": ["", "?range=year"],
    "asks": [""],
    "gallery": ["", "?list=loved", "?shape=wide", "?list=loved&shape=wide"],
    "gallery_feed": [""],
    "sitemap": [""],
    "team_rounds": [""],
    "team_links": [""],
    "image_links": [""],
    "collection_links": [""],
}
# Addresses that change something, and those that show one thing.
NO_LIST = {
    *("healthz", "readyz", "metrics", "welcome", "composer_preview", "tiles", "job", "compare", "picture"),
    *("presets", "preset_settings", "preset_application", "preset_name", "preset_deletion"),
    *("generation_cancellation", "generation_again", "generation_retry", "generation_decision"),
    *("generation_quiet", "generation_turn", "waiting_cancellation", "job_cancellation", "job_decision"),
    *("job_again", "favourite", "saved_views", "saved_view", "saved_view_deletion"),
    *("images_trash", "images_restore", "images_favourite", "images_zip", "collection_items"),
    *("collections", "collection", "collection_deletion", "collection_removal", "collection_order"),
    *("collection_cover", "collection_reveal", "collection_person_removal"),
    *("image_comments", "comment", "comment_removal", "images_audience", "image_hiding", "invitation"),
    *("notices_unread", "notices_reading", "notice", "notice_reading", "notice_joining", "notice_settings"),
    *("notices_unsubscribing", "image_people"),
    *("team_choice", "team_invitations", "invitation_revocation", "team_leaving", "team_handover"),
    *("team_spend_export", "oversight", "site_spend_export", "team_limits", "team_limit_removal"),
    *("ask_new", "ask_approval", "ask_refusal", "ask_withdrawal"),
    *("reconciliation", "reconciliation_export", "usage_import"),
    *("person_role", "person_removal", "team_end", "team_end_undo"),
    # tests/galleries/test_links.py asks those that are lists.
    *("selection_links", "link_revocation"),
    *("guest", "guest_picture", "guest_bytes", "guest_zip", "link"),
    # tests/galleries/test_rounds.py asks those that are lists.
    *("guest_name", "guest_answer", "guest_done"),
    *("round", "round_export", "round_closing", "round_reopening", "guest_removal"),
    # allauth asks for each session of a person whether it still lives.
    *("usersessions_list", "session_ending", "account_name"),
    *("image_publication", "publication_removal", "public_picture", "public_bytes"),
    *("robots", "sitemap_index"),
    *("report_image", "report_comment", "report_shared", "report_public", "report", "case", "case_appeal"),
    "impersonation_ending",
    *("desk_decisions", "desk_undo", "desk_opening", "desk_picture"),
}
ADMIN = [
    f"admin:images_app_{model._meta.model_name}_changelist"
    for model in django_admin.site._registry
    if model._meta.app_label == "images_app" and model is not ModerationEndpoint  # of which there is one
]
CASES = [(name, query) for name, queries in LISTS.items() for query in queries] + [
    (name, "") for name in ADMIN
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "query"), CASES)
def test_thirty_rows_take_no_more_queries_than_three(
    admin: User, model: ImageModel, client_of: ClientOf, settings: Settings, name: str, query: str
) -> None:
    settings.PUBLIC_GALLERY = True
    make_team(admin, "Northwind")
    admin.refresh_from_db()
    first = make_picture(make_generation(admin, model, "The first heron"), audience=Audience.TEAM, hearts=1)
    hall = Collection.objects.create(team=first.team, person=admin, title="Hall")
    named: dict[str, Any] = {
        "generation": first.job.generation_id,
        "image": first.pk,
        "image_links": first.pk,
        "collection_people": hall.pk,
        "collection_links": hall.pk,
    }
    named |= dict.fromkeys(
        (
            "team",
            "team_left",
            "team_activity",
            "team_makers",
            "team_people",
            "team_settings",
            "team_spend",
            "team_rounds",
            "team_links",
        ),
        first.team.slug,
    )
    named |= {"sitemap": "pictures", "team_collections": first.team.slug}
    args = (
        [first.team.slug, hall.slug] if name == "team_collection" else [named[name]] if name in named else []
    )
    address = reverse(name, args=args) + query.format(**named)
    client, counts, sizes = client_of(admin), [], []
    for rows in (range(FEW), range(FEW, MANY)):
        for number in rows:
            _add(number, first, hall)
        client.get(address)  # what is asked for once and remembered
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert response.status_code == 200
        counts.append([query["sql"] for query in captured])
        sizes.append(len(response.content))
    assert len(counts[0]) == len(counts[1]), "\n".join(sorted(counts[1]))
    assert sizes[1] > sizes[0], "the rows did not come to this list"


def test_every_address_is_a_list_or_is_known_to_be_none() -> None:
    names = {name for name in get_resolver("images_app.urls").reverse_dict if isinstance(name, str)}
    assert names == {*LISTS, *NO_LIST}


def _add(number: int, first: StoredImage, hall: Collection) -> None:
    """One more of everything that a page lists."""
    person, model = first.person, first.model
    generation = make_generation(person, model, f"Heron {number}")
    record("team.changed", actor=person, team=first.team)
    AuditSeal.objects.create(
        number=number + 1, at=timezone.now(), upto=number, count=1, digests=b"", hash=f"{number}"
    )
    picture = make_picture(generation, audience=Audience.TEAM, hearts=1)
    invite(first.team, person, Role.MEMBER, days=7, uses=9)
    make_picture(make_generation(person, model, "Thrown away"), trashed_at=timezone.now())
    make_publication(picture)
    for asker in (person, make_person(f"asker-{number}@example.com", None)):
        Ask.objects.create(
            person=asker, team=first.team, key=f"{number}", form={}, prompt="Heron", pictures=1, reason="Why"
        )
    Trial.objects.create(provider=model.provider, kind=Trial.Kind.KEY, actor=person)
    make_publication(make_picture(first.job.generation, position=number + 1), "asked")
    for state in (State.QUEUED, State.FAILED, State.UNKNOWN, State.SENT):
        make_job(make_generation(person, model, f"Heron {state}"), state)
    Generation.objects.filter(pk=picture.job.generation_id).update(parent_image=first)
    for kind in (Deed.SHOWN, Deed.HEART):
        Happening.objects.create(team=first.team, person=person, kind=kind, image=picture)
    Favourite.objects.create(person=person, image=picture)
    remark = Comment.objects.create(
        person=person, image=first, text=f"Remark {number}, @Ada", spot_x=0, spot_y=1
    )
    Happening.objects.create(team=first.team, person=person, kind=Deed.COMMENT, image=first, comment=remark)
    CommentMention.objects.create(comment=remark, person=person, start=0, length=3)
    Notice.objects.create(person=person, kind=Kind.COMMENT, comment=remark, image=first, team=first.team)
    Notice.objects.create(person=person, kind=Kind.FINISHED, generation=generation, image=picture, count=1)
    CollectionItem.objects.create(collection=hall, image=picture, place=number)
    other = Collection.objects.create(team=first.team, person=person, title=f"Room {number}")
    CollectionItem.objects.create(collection=other, image=picture, place=1)
    SavedView.objects.create(person=person, name=f"View {number}", query="text=heron")
    Preset.objects.create(person=person, name=f"Preset {number}", model=model, size=model.sizes[0])
    rule = PromptRule.objects.create(name=f"Rule {number}", pattern="sword", team=first.team, active=True)
    refused = {"reason": rule.name, "text": "A sword", "digest": str(number)}
    RefusedPrompt.objects.create(person=person, team=first.team, rule=rule, **refused)
    FlaggedPrompt.objects.create(generation=generation, rule=rule, reason=rule.name)
    provider = Provider.objects.create(slug=f"p{number}", name=f"P{number}", base_url="http://127.0.0.1:9/v1")
    ImageModel.objects.create(
        provider=provider, name=f"m{number}", label="M", sizes=["1024x1024"], qualities=[""], styles=[""]
    )
    link = ShareLink.objects.create(
        team=first.team,
        made_by=person,
        token_hash=f"{number}",
        image=first,
        asks_pick=True,
        closes_at=timezone.now(),
    )
    ShareLink.objects.create(
        team=first.team, made_by=person, token_hash=f"hall {number}", collection=hall, expires_at=None
    )
    guest = Guest.objects.create(link=link, name="Mia", key_hash=f"{number}")
    Vote.objects.create(guest=guest, image=first, picked=True)
    leaver = make_person(f"leaver{number}@example.com", "correct horse battery", name=f"Leaver {number}")
    make_picture(make_generation(leaver, model, "Left behind", team=first.team))
    Budget.objects.create(scope=Scope.PERSON, team=first.team, person=leaver, pictures=9)
    case = case_actions.report(
        make_picture(make_generation(leaver, model, "Reported")), person, "other", ""
    ).case
    Opening.objects.create(case=case, person=person)
    Decision.objects.create(case_id=case.pk, version=9, word="hide")
    booking.enter(
        [
            booking.Round(
                job=picture.job_id,
                number=1,
                stands=LedgerEntry.Kind.HELD,
                team=first.team_id,
                person=leaver.pk,
                provider=model.provider_id,
                model=model.pk,
                price=None,
            )
        ]
    )
    colleague = make_person(f"person{number}@example.com", "correct horse battery", name=f"Person {number}")
    Membership.objects.create(team=current_team(colleague), person=person)
    struck = {
        "person_id": person.pk,
        "person_name": "Ada",
        "by_id": colleague.pk,
        "by_name": "P",
        "code": "other",
    }
    lifted = Strike.objects.create(**struck, expires_at=timezone.now() + timedelta(days=9))
    StrikeLift.objects.create(strike=lifted, by_id=colleague.pk, by_name="P")
    Notice.objects.create(person=person, kind=Kind.STRIKE, strike=lifted)
    Impersonation.objects.create(person=colleague, by=person, reason="A bug", until=timezone.now())
    Suspension.objects.create(person=colleague, by=person, reason="Spam")
    seat = Membership.objects.create(team=first.team, person=colleague)
    Contributor.objects.create(collection=hall, seat=seat)
