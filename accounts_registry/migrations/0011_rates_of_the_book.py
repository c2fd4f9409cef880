"""Services may take their rate of VAT and their raising coefficient from the reference books."""

from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("cold_water", "холодная вода"),
    ("hot_water", "горячая вода"),
    ("electricity", "электроэнергия"),
    ("heating", "отопление"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts_registry", "0010_absence_and_access")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="vat_by_book",
            field=models.BooleanField(default=False, verbose_name="ставка НДС по справочнику"),
        ),
        migrations.AddField(
            model_name="service",
            name="uplift_kind",
            field=models.CharField(
                blank=True,
                choices=KINDS,
                default="",
                max_length=11,
                verbose_name="коэффициент по справочнику",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                name="service_vat_is_its_own_or_of_the_book",
                condition=Q(vat_by_book=False) | Q(vat_rate__isnull=True),
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                name="service_uplift_kind_is_of_an_uplifted_one",
                condition=Q(uplift_kind="")
                | Q(has_uplift=True, uplift_kind__in=[value for value, _ in KINDS]),
            ),
        ),
    ]
