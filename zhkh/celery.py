"""The doorbell: Celery carries ids only; every job is rows in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhkh.settings.dev")
app = Celery("zhkh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
