"""The sending account, with the fields of the source document's form."""

from django.db import models
from django.db.models import Q

from accounts_registry.models import Organisation
from mailing.models.secret import seal, unseal

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class MailAccount(models.Model):
    """
    «Учётная запись электронной почты».

    Sending without TLS is possible only to this computer, where the tunnel listens. An account
    with `stopped_reason` sends nothing: until `stopped_until`, or until a person resumes it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="mail_accounts")
    is_system = models.BooleanField("системная", default=False)
    name = models.CharField("наименование", max_length=100, default="Системная учётная запись")
    sender_name = models.CharField("имя", max_length=100, blank=True)
    address = models.EmailField("почтовый адрес")
    username = models.CharField("пользователь", max_length=200, blank=True)
    password_sealed = models.TextField("пароль (зашифрован)", blank=True, editable=False)
    remember_password = models.BooleanField("запомнить пароль", default=False)

    pop3_host = models.CharField("сервер входящей почты (POP3)", max_length=253, blank=True)
    pop3_port = models.PositiveIntegerField("порт POP3", default=110)
    pop3_secure = models.BooleanField(
        "использовать защищённую версию протокола POP3", default=False
    )
    smtp_host = models.CharField("сервер исходящей почты (SMTP)", max_length=253)
    smtp_port = models.PositiveIntegerField("порт SMTP", default=25)
    smtp_secure = models.BooleanField(
        "использовать защищённую версию протокола SMTP", default=False
    )
    smtp_starttls = models.BooleanField("защита командой STARTTLS", default=False)
    same_as_incoming = models.BooleanField("аналогично серверу входящей почты", default=True)

    use_for_sending = models.BooleanField("использовать для отправки", default=True)
    use_for_receiving = models.BooleanField("использовать для получения", default=False)
    per_minute = models.PositiveIntegerField("писем в минуту", null=True, blank=True)
    per_hour = models.PositiveIntegerField("писем в час", null=True, blank=True)
    per_day = models.PositiveIntegerField("писем в сутки", null=True, blank=True)

    stopped_reason = models.CharField(max_length=40, blank=True, editable=False)
    stopped_explanation = models.TextField("почему остановлена", blank=True, editable=False)
    stopped_until = models.DateTimeField("пауза до", null=True, blank=True, editable=False)
    troubles = models.PositiveIntegerField("неудач подряд", default=0, editable=False)

    checked_at = models.DateTimeField("проверена", null=True, blank=True, editable=False)
    check_passed = models.BooleanField("проверка прошла", default=False, editable=False)
    check_result = models.TextField("результат проверки", blank=True, editable=False)

    class Meta:
        verbose_name = "учётная запись электронной почты"
        verbose_name_plural = "учётные записи электронной почты"
        ordering = ["-is_system", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                name="one_system_mail_account_in_organisation",
                fields=["organisation"],
                condition=Q(is_system=True),
            ),
            models.UniqueConstraint(
                name="mail_account_name_is_unique_in_organisation",
                fields=["organisation", "name"],
            ),
            models.CheckConstraint(
                name="plain_smtp_only_to_this_computer",
                condition=Q(smtp_secure=True) | Q(smtp_host__in=LOOPBACK),
                violation_error_message="Без защиты письма и пароль уходят открыто: включите"
                " защищённую версию SMTP или укажите туннель на этом компьютере (127.0.0.1).",
            ),
            models.CheckConstraint(
                name="starttls_is_a_protection",
                condition=Q(smtp_starttls=False) | Q(smtp_secure=True),
                violation_error_message="STARTTLS — вид защиты: включите защищённую версию SMTP.",
            ),
            models.CheckConstraint(
                name="password_is_kept_only_when_asked",
                condition=Q(remember_password=True) | Q(password_sealed=""),
            ),
            models.CheckConstraint(
                name="mail_ports_are_ports",
                condition=Q(smtp_port__range=(1, 65535)) & Q(pop3_port__range=(1, 65535)),
                violation_error_message="Порт — число от 1 до 65535.",
            ),
            models.CheckConstraint(
                name="mail_limits_let_something_out",
                condition=(Q(per_minute__isnull=True) | Q(per_minute__gte=1))
                & (Q(per_hour__isnull=True) | Q(per_hour__gte=1))
                & (Q(per_day__isnull=True) | Q(per_day__gte=1)),
                violation_error_message="Предел писем — не меньше одного; пусто — без предела.",
            ),
            models.CheckConstraint(
                name="stopped_mail_account_says_why",
                condition=Q(stopped_reason="", stopped_explanation="", stopped_until__isnull=True)
                | (~Q(stopped_reason="") & ~Q(stopped_explanation="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def keep_password(self, password: str) -> None:
        """Seal the password when the account remembers it, forget it otherwise; not saved yet."""
        self.password_sealed = seal(password) if self.remember_password else ""

    def kept_password(self) -> str:
        """:raises SecretLost: the key of the settings has changed."""
        return unseal(self.password_sealed)

    @property
    def logs_in(self) -> bool:
        """Whether the SMTP server is told a user and a password."""
        return self.same_as_incoming and bool(self.username)

    @property
    def asks_password(self) -> bool:
        """Whether the operator types the password before each batch, as the source describes."""
        return self.logs_in and not self.password_sealed
