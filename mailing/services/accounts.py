"""The sending account as a whole: it backs off, stops, recovers."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts_registry.models import Organisation
from mailing.models import JournalEvent, MailAccount, MailBatch
from mailing.outcome.verdict import Kind, Verdict, pause_after
from mailing.services.journal import from_now

_RUNS: dict[str, object] = {
    "stopped_reason": "",
    "stopped_explanation": "",
    "stopped_until": None,
    "troubles": 0,
}


def may_send(mail_account_id: int) -> bool:
    """Whether the account is for sending and neither stopped nor paused at this moment."""
    free = Q(stopped_reason="") | Q(stopped_until__lte=Now())
    return MailAccount.objects.filter(free, pk=mail_account_id, use_for_sending=True).exists()


@transaction.atomic(durable=True)
def stop_account(*, batch: MailBatch, verdict: Verdict, reply: str) -> None:
    """
    Back off (PAUSE) or wait for a person (STOP); no letter is touched.

    Pauses double from half a minute to half an hour while nothing gets through.
    """
    account = MailAccount.objects.select_for_update(no_key=True).get(pk=batch.mail_account_id)
    account.troubles += 1
    account.stopped_reason = verdict.reason
    account.stopped_explanation = verdict.explanation
    account.save(update_fields=["troubles", "stopped_reason", "stopped_explanation"])
    pause = verdict.after or pause_after(account.troubles)
    waits = verdict.kind is Kind.PAUSE
    MailAccount.objects.filter(pk=account.pk).update(
        stopped_until=from_now(pause) if waits else None
    )
    seconds = int(pause.total_seconds())
    ending = f"Пауза {seconds} с, попытка {account.troubles}." if waits else "Отправка остановлена."
    JournalEvent.objects.create(batch=batch, text=f"{verdict.explanation} {ending}", reply=reply)


@transaction.atomic(durable=True)
def account_recovered(*, batch: MailBatch) -> None:
    """A letter got through after trouble: the next pause starts short again."""
    if MailAccount.objects.filter(pk=batch.mail_account_id, troubles__gt=0).update(**_RUNS):
        JournalEvent.objects.create(
            batch=batch, text="Соединение с сервером восстановлено, отправка продолжена."
        )


def let_run(mail_account_id: int) -> None:
    """A person wants the account to go on; a pause the server asked for (quota) stays."""
    MailAccount.objects.filter(pk=mail_account_id).exclude(stopped_reason="quota").update(**_RUNS)


@transaction.atomic(durable=True)
def save_account(*, account: MailAccount, password: str) -> MailAccount:
    """
    Record the card; an empty password leaves the remembered one. A stop is over: somebody looked.

    The first account of an organisation is its system one.
    """
    organisation = Organisation.objects.select_for_update(no_key=True).get(
        pk=account.organisation_id
    )
    if password or not account.remember_password:
        account.keep_password(password)
    if not account.pk:
        known = MailAccount.objects.filter(organisation=organisation, is_system=True)
        account.is_system = not known.exists()
    account.save()
    let_run(account.pk)
    return account
