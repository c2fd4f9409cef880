"""The business day: the date payments, readings and registers carry."""

import datetime as dt

from django.conf import settings
from django.utils import timezone


def business_day() -> dt.date:
    """
    Today in the program's time zone, or the training day the demo stands on.

    Only edges ask; everything below is told. Moments (`*_at`) are always real time.
    """
    training_day: dt.date | None = settings.TRAINING_DAY
    return training_day or timezone.localdate()
