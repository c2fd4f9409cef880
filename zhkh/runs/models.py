"""Long work as rows: what is to be done, what is done, what failed and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class RunState(models.TextChoices):
    WORKING = "working", "идёт"
    DONE = "done", "завершено"
    FAILED = "failed", "есть ошибки"
    STOPPED = "stopped", "остановлено"


class Run(models.Model):
    """One piece of long work; `subject` says of what, in the words of the app that runs it."""

    kind = models.CharField("вид", max_length=30)
    subject = models.CharField("предмет", max_length=100)
    title = models.CharField("название", max_length=200)
    state = models.CharField("состояние", max_length=7, choices=RunState, default=RunState.WORKING)
    stop_requested = models.BooleanField("просят остановить", default=False)
    started_at = models.DateTimeField("начато")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField("закончено", null=True, blank=True)

    class Meta:
        verbose_name = "задание"
        verbose_name_plural = "задания"
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_working_run_of_a_subject",
                fields=["kind", "subject"],
                condition=Q(state=RunState.WORKING),
            ),
            models.CheckConstraint(
                name="run_state_is_known", condition=Q(state__in=RunState.values)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ItemState(models.TextChoices):
    WAITING = "waiting", "ожидает"
    DONE = "done", "готово"
    FAILED = "failed", "ошибка"


class RunItem(models.Model):
    """One object of a run; `item_key` identifies it in the app that runs it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="items")
    item_key = models.CharField("ключ", max_length=50)
    title = models.CharField("объект", max_length=300)
    state = models.CharField(
        "состояние", max_length=7, choices=ItemState, default=ItemState.WAITING
    )
    attempts = models.PositiveIntegerField("попыток", default=0)
    message = models.TextField("сообщение", blank=True)

    class Meta:
        verbose_name = "строка задания"
        verbose_name_plural = "строки задания"
        ordering = ["run", "id"]
        constraints = [
            models.UniqueConstraint(name="item_stands_in_a_run_once", fields=["run", "item_key"]),
            models.CheckConstraint(
                name="run_item_state_is_known", condition=Q(state__in=ItemState.values)
            ),
            models.CheckConstraint(
                name="failed_item_says_why", condition=~Q(state=ItemState.FAILED) | ~Q(message="")
            ),
        ]

    def __str__(self) -> str:
        return self.title
