"""The clock of the edges: what day it is at the counter and in the books."""

import datetime as dt

from django.conf import settings
from django.utils import timezone


def now() -> dt.datetime:
    """The present moment; on a training day the present time of that day."""
    training_day: dt.date | None = settings.TRAINING_DAY
    moment = timezone.now()
    if training_day is None:
        return moment
    return dt.datetime.combine(training_day, timezone.localtime(moment).timetz())


def business_day() -> dt.date:
    """Today in the program's time zone, or the training day the demo stands on."""
    return timezone.localdate(now())
