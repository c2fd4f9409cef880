"""Acts that access to a meter was refused, and charges by people that are given back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts_registry", "0009_protect_replaced_readings")]

    operations = [
        migrations.AddField(
            model_name="meter",
            name="access_refused_on",
            field=models.DateField(
                blank=True,
                help_text="второй отказ подряд: с этого месяца норматив с коэффициентом, "
                "пока не снимут показание",
                null=True,
                verbose_name="акт об отказе в допуске",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="has_absence",
            field=models.BooleanField(
                default=False,
                help_text="для начисления на человека: обращение с ТКО (п. 148(44) Правил № 354)",
                verbose_name="перерасчёт за временное отсутствие",
            ),
        ),
    ]
