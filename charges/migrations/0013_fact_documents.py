"""Absences, benefits and interruptions name the paper they rest on."""

from django.db import migrations, models

PAPER = {"max_length": 200, "blank": True, "default": ""}


def paper(model, title):
    return migrations.AddField(
        model, "document", models.CharField(title, **PAPER), preserve_default=False
    )


class Migration(migrations.Migration):
    dependencies = [("charges", "0012_common_outcomes")]
    operations = [
        paper("absence", "подтверждающий документ"),
        paper("benefit", "подтверждающий документ"),
        paper("interruption", "акт"),
        migrations.AddField(
            "benefit",
            "category",
            models.CharField("категория", max_length=100, blank=True, default=""),
            preserve_default=False,
        ),
    ]
