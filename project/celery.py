"""The Celery application: three queues, messages that are only hints."""

import os

from celery import Celery
from kombu.transport.virtual import QoS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

# A hint nobody worked on is no loss: sending it again while a connection closes could only fail, and leave a dump behind.
QoS.restore_at_shutdown = False

app = Celery("easel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["images_app"])
