"""Gathers the rooms' tasks: Celery looks for them here."""

from images_app.asks.tasks import look as look_at_asks
from images_app.audit.tasks import seal
from images_app.cases.tasks import gather
from images_app.galleries.tasks import tell_closed
from images_app.jobs.tasks import adopt, collect, generate, media, sweep, tidy
from images_app.moderation.tasks import forget
from images_app.notices.tasks import deliver, look
from images_app.notices.tasks import tidy as tidy_notices
from images_app.oversight.tasks import count_hours, count_storage
from images_app.people.tasks import restore_due
from images_app.providers.tasks import look as look_at_keys
from images_app.teamwork.tasks import end_due_teams
from images_app.trials.tasks import call as call_trial
from images_app.trials.tasks import store as store_trial
from images_app.trials.tasks import sweep as sweep_trials

__all__ = [
    "adopt",
    "call_trial",
    "collect",
    "count_hours",
    "count_storage",
    "deliver",
    "end_due_teams",
    "forget",
    "gather",
    "generate",
    "look",
    "look_at_asks",
    "look_at_keys",
    "media",
    "restore_due",
    "seal",
    "store_trial",
    "sweep",
    "sweep_trials",
    "tell_closed",
    "tidy",
    "tidy_notices",
]
