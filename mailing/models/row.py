"""A row of the journal: one personal account in one batch."""

from django.db import models
from django.db.models import Q

from accounts_registry.models import PersonalAccount
from mailing.models.batch import MailBatch
from mailing.models.states import DUE, HOLDS_DOCUMENT, IN_WORK, SAYS_WHY, SENT, SkipReason
from mailing.models.states import JournalState as State
from zhkh.kernel.period import Period


class JournalRow(models.Model):
    """
    A letter, or the reason why there is none.

    Whom, what and under which Message-ID and Date is fixed when the row is made, so a repeated
    letter is the same to the byte. Only `mailing.services.journal` changes a row; the database
    refuses moves that are not in the table of states.
    """

    batch = models.ForeignKey(MailBatch, models.PROTECT, related_name="rows")
    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="letters")
    account_number = models.CharField("лицевой счёт", max_length=30, db_collation="C")
    month = models.DateField("период")
    document = models.ForeignKey(
        "payment_docs.IssuedDocument",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
    )
    document_version = models.PositiveIntegerField("версия документа", default=0)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    address = models.CharField("адрес", max_length=320, blank=True)
    message_id = models.CharField(max_length=255, blank=True)
    dated_at = models.DateTimeField("дата письма")
    retry_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="retries"
    )

    state = models.CharField("состояние", max_length=9, choices=State)
    skip_reason = models.CharField("пропущено", max_length=14, choices=SkipReason, blank=True)
    owner = models.CharField("отправщик", max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField("попыток", default=0)
    next_try_at = models.DateTimeField("следующая попытка", null=True, blank=True)
    deferred_since = models.DateTimeField("откладывается с", null=True, blank=True)
    body_at = models.DateTimeField("начата передача", null=True, blank=True)
    accepted_at = models.DateTimeField("принято сервером", null=True, blank=True)
    last_reply = models.TextField("ответ сервера", blank=True)
    reason = models.CharField(max_length=40, blank=True)
    explanation = models.TextField("что случилось", blank=True)

    class Meta:
        verbose_name = "письмо"
        verbose_name_plural = "письма"
        ordering = ["id"]
        indexes = [
            models.Index(
                name="journal_rows_due", fields=["batch", "id"], condition=Q(state__in=DUE)
            ),
            models.Index(
                name="journal_rows_in_work", fields=["lease_until"], condition=Q(state__in=IN_WORK)
            ),
            models.Index(name="journal_rows_of_account", fields=["account", "month"]),
            models.Index(name="journal_rows_by_state", fields=["batch", "state", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="account_has_one_row_in_batch",
                fields=["batch", "account", "month", "document_version"],
            ),
            models.UniqueConstraint(
                name="document_is_sent_once",
                fields=["document"],
                condition=Q(state__in=HOLDS_DOCUMENT),
            ),
            models.UniqueConstraint(
                name="message_id_is_unique", fields=["message_id"], condition=~Q(message_id="")
            ),
            models.CheckConstraint(
                name="journal_state_is_known", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="journal_month_begins_on_the_first_day", condition=Q(month__day=1)
            ),
            models.CheckConstraint(
                name="skipped_row_says_why",
                condition=Q(state=State.SKIPPED, skip_reason__in=SkipReason.values)
                | (~Q(state=State.SKIPPED) & Q(skip_reason="")),
            ),
            models.CheckConstraint(
                name="row_to_send_has_letter",
                condition=Q(state=State.SKIPPED)
                | (
                    Q(document__isnull=False, document_version__gte=1)
                    & ~Q(address="")
                    & ~Q(message_id="")
                    & ~Q(pdf_sha256="")
                ),
            ),
            models.CheckConstraint(
                name="row_in_work_has_owner_and_lease",
                condition=(Q(state__in=IN_WORK, lease_until__isnull=False) & ~Q(owner=""))
                | (~Q(state__in=IN_WORK) & Q(lease_until__isnull=True, owner="")),
            ),
            models.CheckConstraint(
                name="accepted_row_has_reply",
                condition=~Q(state__in=SENT) | (~Q(last_reply="") & Q(accepted_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="deferred_row_has_next_try",
                condition=~Q(state=State.DEFERRED) | Q(next_try_at__isnull=False),
            ),
            models.CheckConstraint(
                name="unhappy_row_says_why",
                condition=~Q(state__in=SAYS_WHY) | (~Q(reason="") & ~Q(explanation="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_number}: {self.get_state_display()}"

    @property
    def period(self) -> Period:
        return Period.of(self.month)
