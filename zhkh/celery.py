"""The doorbell: Celery carries ids only; every job is rows in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhkh.settings.dev")
app = Celery("zhkh")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Lost rings are found again: every sweep looks at the rows, not at the broker.
SWEPT = ("charges.tasks.sweep", "payment_docs.tasks.sweep", "mailing.tasks.sweep")
SWEEP_SECONDS = 60.0
app.conf.beat_schedule = {
    task: {"task": task, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}}
    for task in SWEPT
}
