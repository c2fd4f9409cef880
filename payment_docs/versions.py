"""Which forms, fonts and engines documents were made with."""

import datetime as dt

from payment_docs.models import FormVersion
from payment_docs.render import template_parts, template_version


def note_form_version(*, at: dt.datetime) -> None:
    """What documents are made with now is written down once, before the first of them."""
    FormVersion.objects.bulk_create(
        [
            FormVersion(
                fingerprint=template_version(), parts=dict(template_parts()), first_used_at=at
            )
        ],
        ignore_conflicts=True,
    )
