"""The studio, every job, and what a person may do about them."""

from django.urls import path

from images_app.jobs.views import history, past, presets, queue, studio, verbs

urlpatterns = [
    path("", studio.studio, name="studio"),
    path("preview/", studio.preview, name="composer_preview"),
    path("presets/", presets.preset_new, name="presets"),
    path("presets/<uuid:id>/settings/", presets.preset_settings, name="preset_settings"),
    path("presets/<uuid:id>/application/", presets.preset_application, name="preset_application"),
    path("presets/<uuid:id>/name/", presets.preset_name, name="preset_name"),
    path("presets/<uuid:id>/deletion/", presets.preset_deletion, name="preset_deletion"),
    path("prompts/", past.prompts_page, name="prompts"),
    path("tiles/", studio.tiles_page, name="tiles"),
    path("generations/", studio.newer_page, name="generations"),
    path("generations/<uuid:id>/", studio.generation_page, name="generation"),
    path(
        "generations/<uuid:id>/cancellation/", verbs.generation_cancellation, name="generation_cancellation"
    ),
    path("generations/<uuid:id>/again/", verbs.generation_again, name="generation_again"),
    path("generations/<uuid:id>/retry/", verbs.generation_retry, name="generation_retry"),
    path("generations/<uuid:id>/decision/", verbs.generation_decision, name="generation_decision"),
    path("generations/<uuid:id>/quiet/", verbs.generation_quiet, name="generation_quiet"),
    path("generations/<uuid:id>/turn/", verbs.generation_turn, name="generation_turn"),
    path("queue/", queue.queue_page, name="queue"),
    path("jobs/cancellation/", verbs.waiting_cancellation, name="waiting_cancellation"),
    path("jobs/", history.jobs_page, name="jobs"),
    path("jobs/<uuid:id>/", history.job_page, name="job"),
    path("jobs/<uuid:id>/cancellation/", history.job_cancellation, name="job_cancellation"),
    path("jobs/<uuid:id>/decision/", history.job_decision, name="job_decision"),
    path("jobs/<uuid:id>/again/", history.job_again, name="job_again"),
]
