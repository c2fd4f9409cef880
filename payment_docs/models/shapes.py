"""Forms laid out once."""

from django.db import models


class DocumentShape(models.Model):
    """
    A form with places for its texts: documents stamped with it are rebuilt from it for good.

    `digest` names everything that decides it: texts of the form, templates, fonts, engines.
    """

    digest = models.CharField("отпечаток", max_length=64, primary_key=True)
    template_version = models.CharField("версия формы", max_length=64)
    content = models.BinaryField("разметка")

    class Meta:
        verbose_name = "форма с местами"
        verbose_name_plural = "формы с местами"

    def __str__(self) -> str:
        return self.digest[:8]
