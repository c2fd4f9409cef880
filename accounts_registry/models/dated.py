"""A fact that holds for a span of days: half-open, never empty, never two at once."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q


def dated_constraints(name: str, *keys: str) -> list[models.BaseConstraint]:
    """
    The constraints of one dated table: `valid` starts somewhere, is not empty, and spans of
    the same key do not overlap.
    """
    return [
        models.CheckConstraint(
            name=f"{name}_valid_has_a_start",
            condition=Q(valid__startswith__isnull=False) & Q(valid__isempty=False),
        ),
        ExclusionConstraint(
            name=f"{name}_spans_do_not_overlap",
            expressions=[
                *((key, RangeOperators.EQUAL) for key in keys),
                ("valid", RangeOperators.OVERLAPS),
            ],
        ),
    ]


class Dated(models.Model):
    """Base of dated facts."""

    valid = DateRangeField("действует", help_text="с (включительно) — по (не включая)")

    class Meta:
        abstract = True

    @property
    def last_day(self) -> dt.date | None:
        """The last day of the span; None until further notice."""
        upper: dt.date | None = self.valid.upper
        return upper and upper - dt.timedelta(days=1)
