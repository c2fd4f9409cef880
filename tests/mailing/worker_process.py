"""A worker in a process of its own: `python -m tests.mailing.worker_process MAIL_ACCOUNT_ID`."""

import sys

import django

django.setup()

from mailing.services import Worker, pump  # noqa: E402 - after Django is ready
from tests.mailing.office import QUICK, pdf_of  # noqa: E402 - after Django is ready

if __name__ == "__main__":
    pump(int(sys.argv[1]), worker=Worker(owner="process", pdf_of=pdf_of, timeouts=QUICK))
