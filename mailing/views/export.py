"""The journal of a batch as a file."""

import csv
import io
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts_registry.views.export import xlsx_answer
from mailing.models import Group, MailBatch
from mailing.queries import batches_of, rows_of
from mailing.views.batches import VIEW, sees_addresses
from mailing.views.lines import lines_of
from zhkh.web.permissions import require

_HEAD = (
    "Лицевой счёт",
    "Плательщик",
    "Адрес",
    "Состояние",
    "Что случилось",
    "Что делать",
    "Ответ сервера",
    "Отправлено",
    "Попыток",
)
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_GET
@require(VIEW)
def xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(batches_of(request.user), pk=pk)
    name = f"rassylka_{batch.pk}_{batch.period}.xlsx"
    return xlsx_answer(f"Рассылка {batch.pk}", _HEAD, _rows(request, batch), name=name)


@require_GET
@require(VIEW)
def csv_file(request: HttpRequest, pk: int) -> HttpResponse:
    """For spreadsheets with Russian settings: UTF-8 with a mark, semicolons."""
    batch = get_object_or_404(batches_of(request.user), pk=pk)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEAD)
    writer.writerows([_harmless(value) for value in row] for row in _rows(request, batch))
    answer = HttpResponse(
        file.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    name = f"rassylka_{batch.pk}_{batch.period}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(request: HttpRequest, batch: MailBatch) -> Iterator[list[str | int]]:
    rows = rows_of(batch, Group).iterator(chunk_size=2000)
    for line in lines_of(rows, shows_addresses=sees_addresses(request, batch)):
        sent_at = line.row.accepted_at
        yield [
            line.row.account_number,
            line.payer,
            line.address,
            line.state,
            line.happened,
            line.to_do,
            line.reply,
            f"{timezone.localtime(sent_at):%d.%m.%Y %H:%M:%S}" if sent_at else "",
            line.row.attempts,
        ]


def _harmless(value: str | int) -> str | int:
    """A server's words that look like a formula stay words."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS_FORMULA) else value
