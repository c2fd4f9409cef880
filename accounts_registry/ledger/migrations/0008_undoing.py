"""A transfer or a write-off is undone by an operation of its own."""

from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("payment", "ввод оплаты"),
    ("reversal", "отмена оплаты"),
    ("transfer", "перенос переплаты"),
    ("write_off", "списание долга"),
    ("opening", "ввод начальных остатков"),
    ("undoing", "отмена переноса или списания"),
]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_kinds_of_documents")]

    operations = [
        migrations.AlterField(
            model_name="operation",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=9, verbose_name="вид"),
        ),
        migrations.RemoveConstraint(model_name="operation", name="operation_kind_is_known"),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.CheckConstraint(
                name="operation_kind_is_known",
                condition=Q(kind__in=[value for value, _ in KINDS]),
            ),
        ),
    ]
