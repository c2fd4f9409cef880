"""
`python -m zhkh.bench.victim calculate|post ORGANISATION PERIOD WORKERS`: the process to be killed.

Says «begun» when it is about to work. 0 done; 3 somebody has the month now, try again.
"""

import sys

import django

from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

# ruff: noqa: PLC0415 - models come after Django is set up

BEGUN = "begun"
CALCULATE, POST = "calculate", "post"


def main(argv: list[str]) -> int:
    action, organisation_id, month, workers = argv
    django.setup()
    from django.utils import timezone

    from accounts_registry.models import Organisation
    from charges.services import calculate_month, confirm_month

    organisation = Organisation.objects.get(pk=int(organisation_id))
    period = Period.parse(month)
    print(BEGUN, flush=True)  # noqa: T201 (what the killer waits for)
    try:
        if action == CALCULATE:
            calculate_month(
                organisation=organisation,
                period=period,
                by=None,
                clock=timezone.now,
                workers=int(workers),
            )
        else:
            confirm_month(organisation=organisation, period=period, by=None)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 (told to the killer)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
