"""The whole product as its people get it: started by ``python -m project.start``, pictures from the demo endpoint."""

import contextlib
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.start.running import Easel, easel
from tests.start.wait import until

PASSWORD = "correct horse battery"
LONGEST_S = 60


NORTHWIND = """
from images_app.collections import people
from images_app.collections.actions import make
from images_app.models import Membership, Team, User
from images_app.collections.models import Right
from images_app.teams.actions import make_person
from images_app.teams.invitations import invite
alice = User.objects.get(email="alice@example.com")
team = Team.objects.create(name="Northwind", slug="northwind")
Membership.objects.create(team=team, person=alice, role="owner")
hall = make(alice, "Hall", "For the lobby.", team=team, audience=1)
for role in ("admin", "member", "viewer"):
    person = make_person(f"{role}@example.com", None, name=f"Mx {role.title()}")
    Membership.objects.create(team=team, person=person, role=role)
    people.give(alice, hall, person.pk, Right.ADD)
invite(team, alice, "member", email="late@example.com", days=7)
print(invite(team, alice, "member", days=7, uses=9).address)
"""
ASKED = """
from datetime import timedelta
from django.utils import timezone
from images_app.galleries import links, rounds
from images_app.images.models import StoredImage
image = StoredImage.objects.select_related("team", "person").get(pk="{image}")
until = timezone.localdate() + timedelta(days=2)
asked = {{"pick": True, "score": True, "comment": True, "until": until, "message": "Which one?"}}
terms = {{"title": "Asked", "password": "", "days": 7, "view_limit": None, "downloads": True, "prompts": True}}
terms["round"] = asked
link = links.make_for_selection(image.person, image.team, [image.pk], terms).link
for name, score in (("Mia", 5), ("Tom", 2)):
    guest, _ = rounds.join(link, name)
    rounds.answer(guest, image.pk, {{"picked": score > 2, "score": score, "comment": "A word"}})
print(image.team.slug, link.pk)
"""
SHARED = """
from images_app.galleries import links
from images_app.images.models import StoredImage
image = StoredImage.objects.select_related("team", "person").get(pk="{image}")
terms = {{"title": "", "password": "", "days": 7, "view_limit": None, "downloads": True, "prompts": True}}
print(links.make_for_selection(image.person, image.team, [image.pk], terms).address)
"""
LETTER = """
from django.urls import reverse
from images_app.models import User
from images_app.notices.post import unsubscribing
alice = User.objects.get(email="alice@example.com")
print(reverse("notices_unsubscribing", args=[unsubscribing(alice, ["mention"])]))
"""
PUBLISHED = """
from images_app.images.models import StoredImage
from tests.rows import make_publication
image = StoredImage.objects.get(pk="{image}")
print((getattr(image, "publication", None) or make_publication(image)).pk)
"""
REPORTED = """
from django.utils import timezone
from images_app.cases import actions
from images_app.cases.models import Case
from images_app.images.models import StoredImage
image = StoredImage.objects.select_related("team", "person").get(pk="{image}")
report = actions.report(image, None, "person", "That is me.")
decided = Case.objects.create(**actions.about(image), cause="reported", due_at=timezone.now(), state="decided",
    verdict="hidden", code="person", text="She did not agree.", decided_at=timezone.now())
print(report.number, decided.pk)
"""


class Product:
    """One running installation. ``welcome`` is the address it printed; ``url`` is where it answers."""

    def __init__(self, running: Easel) -> None:
        self._easel = running
        self.welcome = running.address()
        found = re.match(r"https?://[^/]+", self.welcome)
        assert found, self.welcome
        self.url = found[0]

    def manage(self, *arguments: str) -> str:
        """What the command prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=self._easel.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @cached_property
    def invitation(self) -> str:
        """The address of an invitation into Northwind, a team of Alice's with somebody in every seat."""
        return self.manage("shell", "-v0", "-c", NORTHWIND).strip()

    @property
    def hall(self) -> str:
        """The id of Northwind's collection, in which everybody has a hand, as addresses write it."""
        assert self.invitation  # makes the team
        return str(UUID(self.one("SELECT id FROM images_app_collection WHERE slug = 'hall'")))

    @cached_property
    def unsubscribing(self) -> str:
        """The address by which a letter to Alice lets her end such mail."""
        return self.manage("shell", "-v0", "-c", LETTER).strip()

    def link(self, image: str) -> str:
        """The address of a new link to a picture of somebody's."""
        return self.manage("shell", "-v0", "-c", SHARED.format(image=image)).strip()

    def publication(self, image: str) -> str:
        """The public page of a picture of somebody's, which everybody sees from now on."""
        return f"/gallery/{self.manage('shell', '-v0', '-c', PUBLISHED.format(image=image)).strip()}/"

    def report(self, image: str) -> tuple[str, str]:
        """The number of a new report of a picture, and the id of a case about it that was decided: it hides nothing."""
        number, _, case = (
            self.manage("shell", "-v0", "-c", REPORTED.format(image=image)).strip().partition(" ")
        )
        return number, case

    def round(self, image: str) -> tuple[str, str]:
        """The team's slug, and the id of a new link to a picture whose guests have answered."""
        slug, _, link = self.manage("shell", "-v0", "-c", ASKED.format(image=image)).strip().partition(" ")
        return slug, link

    def make_person(self, email: str, name: str) -> None:
        self.manage("create_user", email, "--password", PASSWORD, "--name", name)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Meanwhile no picture is sent to the endpoint: everything asked for waits."""
        self._on_provider("pause('a test of the line')")
        try:
            yield
        finally:
            self._on_provider("resume()")

    def generations(self, prompt: str) -> int:
        """How many submissions of exactly this prompt there are, by the database."""
        return int(self.one("SELECT COUNT(*) FROM images_app_generation WHERE prompt = ?", prompt))

    def states(self, prompt: str) -> list[str]:
        """The state of every picture asked for with this prompt, the oldest first."""
        return [state for (state,) in self._rows(f"SELECT j.state {OF_PROMPT} ORDER BY j.created_at", prompt)]

    def until_states(self, prompt: str, *wanted: str) -> None:
        """Waits without a browser."""
        until(lambda: self.states(prompt) == list(wanted), LONGEST_S)

    def job(self, prompt: str) -> str:
        """The id of the newest picture asked for with this prompt, as addresses write it."""
        found = str(self.one(f"SELECT j.id {OF_PROMPT} ORDER BY j.created_at DESC", prompt))
        return re.sub(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5", found)

    def job_of(self, image: str) -> str:
        """The id of the job that made a picture, as addresses write both."""
        query = "SELECT job_id FROM images_app_storedimage WHERE id = ?"
        return str(UUID(self.one(query, image.replace("-", ""))))

    def one(self, query: str, *values: str) -> Any:
        """The first value of the first row."""
        return self._rows(query, *values)[0][0]

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        file = f"file:{self._easel.data / 'easel.sqlite3'}?mode=ro"
        with contextlib.closing(sqlite3.connect(file, uri=True, timeout=30)) as database:
            return database.execute(query, values).fetchall()

    def _on_provider(self, verb: str) -> None:
        code = f"from images_app.providers.models import Provider; Provider.objects.get().{verb}"
        self.manage("shell", "-c", code)


OF_PROMPT = (
    "FROM images_app_imagejob j JOIN images_app_generation g ON g.id = j.generation_id WHERE g.prompt = ?"
)


@contextlib.contextmanager
def product(folder: Path) -> Iterator[Product]:
    """Running for as long as it is used; then it must stop by itself when asked to."""
    with easel(folder, DEMO_DELAY="0.3,1", PUBLIC_GALLERY="true") as running:
        yield Product(running)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(LONGEST_S) == 0, running.shown
