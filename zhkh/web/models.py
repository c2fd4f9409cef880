"""Who works with the program."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Language(models.TextChoices):
    RUSSIAN = "ru", "Русский"
    UKRAINIAN = "uk", "Українська"
    ENGLISH = "en", "English"


class User(AbstractUser):
    """Accountants, cashiers and everyone else; rights come from groups named by `roles.Role`."""

    patronymic = models.CharField("отчество", max_length=150, blank=True)
    language = models.CharField(
        "язык", max_length=2, choices=Language.choices, default=Language.RUSSIAN
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values),
                name="user_speaks_a_known_language",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def short_name(self) -> str:
        """«Леонтьева И. П.», or the login while the name is unknown."""
        if not self.last_name:
            return self.username
        initials = [f"{name[0]}." for name in (self.first_name, self.patronymic) if name]
        return " ".join([self.last_name, *initials])

    @property
    def initials(self) -> str:
        """Two letters for the round badge in the top bar."""
        letters = [name[0] for name in (self.first_name, self.last_name) if name]
        return "".join(letters or self.username[:2]).upper()
