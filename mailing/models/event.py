"""The history of a batch: only added to."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from mailing.models.batch import MailBatch
from mailing.models.row import JournalRow


class JournalEvent(models.Model):
    """
    Who moved a row from which state to which, when and why; without a row: what befell the batch.

    The database refuses to change or remove an event.
    """

    batch = models.ForeignKey(MailBatch, models.PROTECT, related_name="events")
    row = models.ForeignKey(
        JournalRow, models.PROTECT, null=True, blank=True, related_name="events"
    )
    at = models.DateTimeField("когда", db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    worker = models.CharField("отправщик", max_length=100, blank=True)
    from_state = models.CharField("было", max_length=9, blank=True)
    to_state = models.CharField("стало", max_length=9, blank=True)
    text = models.TextField("что произошло", blank=True)
    reply = models.TextField("ответ сервера", blank=True)

    class Meta:
        verbose_name = "событие рассылки"
        verbose_name_plural = "события рассылки"
        ordering = ["-id"]
        indexes = [models.Index(name="event_of_batch", fields=["batch", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="event_of_row_names_its_state",
                condition=models.Q(row__isnull=True) | ~models.Q(to_state=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text
