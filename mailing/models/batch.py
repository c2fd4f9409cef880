"""One «Рассылка»: the letters of a month, started by one click."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts_registry.models import Organisation
from mailing.models.account import MailAccount
from mailing.models.secret import seal, unseal
from zhkh.kernel.period import Period


class BatchState(models.TextChoices):
    RUNNING = "running", "Идёт"
    STOPPED = "stopped", "Остановлена"
    FINISHED = "finished", "Завершена"


class MailBatch(models.Model):
    """
    What was asked to be sent, from whom, and the sender's words as they were then.

    A password typed for this batch lives here sealed while the batch runs, because another
    process sends; it is wiped when the batch stops or ends.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="mail_batches")
    month = models.DateField("период")
    mail_account = models.ForeignKey(MailAccount, models.PROTECT, related_name="batches")
    key = models.UUIDField("ключ запроса", unique=True)
    state = models.CharField(
        "состояние", max_length=8, choices=BatchState, default=BatchState.RUNNING
    )
    organisation_name = models.CharField("наименование организации", max_length=200)
    sender_name = models.CharField("имя отправителя", max_length=100, blank=True)
    sender_address = models.EmailField("адрес отправителя")
    password_sealed = models.TextField(blank=True, editable=False)
    started_at = models.DateTimeField("начата")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField("завершена", null=True, blank=True)

    class Meta:
        verbose_name = "рассылка"
        verbose_name_plural = "журнал отправки платёжных документов"
        ordering = ["-id"]
        default_permissions = ()
        permissions = [
            ("view_batch", "Видеть журнал отправки платёжных документов"),
            ("send_documents", "Отправлять платёжные документы по электронной почте"),
            ("view_addresses", "Видеть адреса электронной почты полностью"),
        ]
        indexes = [models.Index(name="batch_of_account", fields=["mail_account", "state"])]
        constraints = [
            models.CheckConstraint(
                name="batch_state_is_known", condition=Q(state__in=BatchState.values)
            ),
            models.CheckConstraint(
                name="batch_month_begins_on_the_first_day", condition=Q(month__day=1)
            ),
            models.CheckConstraint(
                name="batch_keeps_a_password_only_while_it_runs",
                condition=Q(state=BatchState.RUNNING) | Q(password_sealed=""),
            ),
            models.CheckConstraint(
                name="finished_batch_knows_when",
                condition=Q(state=BatchState.FINISHED, finished_at__isnull=False)
                | (~Q(state=BatchState.FINISHED) & Q(finished_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}, {self.period.title}"

    @property
    def period(self) -> Period:
        return Period.of(self.month)

    def keep_password(self, password: str) -> None:
        """Not saved yet."""
        self.password_sealed = seal(password)

    def login_password(self) -> str:
        """
        The password typed for this batch, else the one the account remembers.

        :raises SecretLost: the key of the settings has changed.
        """
        return unseal(self.password_sealed) or self.mail_account.kept_password()
