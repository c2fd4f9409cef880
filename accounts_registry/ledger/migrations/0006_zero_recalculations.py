"""A recalculation that came to nothing is still a recalculation: it is told on the bill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_protect_operations")]

    operations = [
        migrations.RemoveConstraint(model_name="adjustment", name="adjustment_is_not_zero"),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True)
                | models.Q(("kind", "recalculation")),
                name="only_a_recalculation_comes_to_nothing",
            ),
        ),
    ]
