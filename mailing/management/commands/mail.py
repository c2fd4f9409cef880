"""`zhkh mail`: send the documents of a month and wait until they are sent."""

import argparse
import getpass
import json
import sys
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts_registry.models import Organisation
from mailing.models import MailAccount, MailBatch
from mailing.queries import counts_of, sending_accounts
from mailing.services import BatchRequest, preview_batch, pump, queue_batch, this_worker
from mailing.services.refusals import NoMailAccount
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

BAD_INPUT, NOT_NOW = 2, 3


def period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"«{text}» — не месяц: период пишется так: 2013-07"
        ) from None


class Command(BaseCommand):
    help = (
        "Отправляет платёжные документы месяца по электронной почте. "
        "0 — всё отправлено, 2 — неверный запрос, 3 — отправлено не всё или нельзя отправить."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--period", type=period, required=True, help="месяц: 2013-07")
        parser.add_argument("--org", default="", help="наименование организации")
        parser.add_argument("--dry-run", action="store_true", help="только посчитать")
        parser.add_argument("--json", action="store_true", help="ответ для программ")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        organisation = _organisation(options["org"])
        try:
            if options["dry_run"]:
                answer = _preview(organisation, options["period"])
            else:
                answer = _counts(_send(organisation, options["period"]))
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=NOT_NOW) from None
        self.stdout.write(
            json.dumps(answer, ensure_ascii=False) if options["json"] else _told(answer)
        )
        if answer["unsent"]:
            raise CommandError(f"Не отправлено: {answer['unsent']}.", returncode=NOT_NOW)


def _organisation(name: str) -> Organisation:
    found = Organisation.objects.filter(name=name) if name else Organisation.objects.all()[:2]
    organisations = list(found)
    if len(organisations) == 1:
        return organisations[0]
    absent = f"Организации «{name}» нет."
    words = absent if name else "Назовите организацию: --org «наименование»."
    known = ", ".join(f"«{organisation}»" for organisation in Organisation.objects.all()[:10])
    raise CommandError(f"{words} Есть: {known or 'ни одной'}.", returncode=BAD_INPUT)


def _preview(organisation: Organisation, month: Period) -> dict[str, Any]:
    preview = preview_batch(organisation=organisation, period=month)
    return {
        "to_send": preview.to_send,
        "skipped": {skip.words: count for skip, count in preview.skipped.items()},
        "unsent": 0,
    }


def _send(organisation: Organisation, month: Period) -> MailBatch:
    """
    Queue, then send right here; another worker may help, each letter goes once.

    :raises Refusal: there is no account to send from, or no password.
    """
    account = sending_accounts(organisation).first()
    if account is None:
        raise NoMailAccount
    request = BatchRequest(
        mail_account=account, period=month, key=uuid.uuid4(), password=_password(account)
    )
    batch = queue_batch(request, by=None, at=timezone.now())
    worker = this_worker()
    while pump(account.pk, worker=worker):
        pass
    return batch


def _password(account: MailAccount) -> str:
    """As the source document asks: the password and once more, when it is not remembered."""
    if not account.asks_password or not sys.stdin.isatty():
        return ""
    first = getpass.getpass(f"Пароль учётной записи «{account.name}»: ")
    if getpass.getpass("Ещё раз: ") != first:
        raise CommandError("Пароль и подтверждение не совпали.", returncode=BAD_INPUT)
    return first


def _counts(batch: MailBatch) -> dict[str, Any]:
    counts = counts_of([batch.pk])[batch.pk]
    batch.mail_account.refresh_from_db()
    return {
        "batch": batch.pk,
        "sent": counts.sent,
        "waiting": counts.waiting,
        "wrong": counts.wrong,
        "skipped": dict(counts.skips),
        "unsent": counts.letters - counts.sent,
        "stopped": batch.mail_account.stopped_explanation,
    }


def _told(answer: dict[str, Any]) -> str:
    words = {
        "batch": "Рассылка №",
        "to_send": "Будет отправлено:",
        "sent": "Отправлено:",
        "waiting": "Ждут:",
        "wrong": "С ошибкой или неизвестным исходом:",
        "stopped": "Отправка остановлена:",
    }
    lines = [f"{word} {answer[key]}" for key, word in words.items() if answer.get(key, "") != ""]
    lines += [f"Пропущено ({reason}): {count}" for reason, count in answer["skipped"].items()]
    return "\n".join(lines)
