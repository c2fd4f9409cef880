"""`zhkh mail-worker`: sends what waits, without Celery."""

import logging
import signal
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from mailing.queries import accounts_with_due_letters
from mailing.services import pump, sweep, this_worker

log = logging.getLogger("mailing")
PAUSE_AFTER_DATABASE_TROUBLE = 5.0


class Command(BaseCommand):
    help = "Отправляет письма из очереди, пока не остановят."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="закончить, когда слать нечего")
        parser.add_argument(
            "--pause", type=float, default=1.0, help="секунд между обходами очереди"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        worker = this_worker()
        while not self.stopping:
            try:
                sweep()
                waiting = accounts_with_due_letters()
                for mail_account_id in waiting:
                    pump(mail_account_id, worker=worker, should_stop=lambda: self.stopping)
            except OperationalError as trouble:
                log.warning("База данных не отвечает: %s", trouble)
                waiting = []
                close_old_connections()
                time.sleep(PAUSE_AFTER_DATABASE_TROUBLE)
            if options["once"] and not waiting:
                return
            if not waiting:
                time.sleep(options["pause"])

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """The letter on the way is finished, then the worker ends."""
        del number, frame
        self.stopping = True
