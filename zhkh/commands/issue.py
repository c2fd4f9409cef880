"""`zhkh issue --period 2013-07`: issue the payment documents of a posted month, and hand them out."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone

from accounts_registry.models import House, Organisation, PersonalAccount
from payment_docs.exporting import write_files, write_print_file
from payment_docs.models import IssuedDocument
from payment_docs.queries import Selection, current_documents
from payment_docs.services import Issued, issue_documents
from zhkh.commands.choice import ChoiceRefusal, chosen_organisation, chosen_period
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal


def main(argv: list[str]) -> int:
    """0 done; 1 some documents could not be made; 2 bad input; 3 not possible now."""
    parser = argparse.ArgumentParser(prog="zhkh issue", description="Выпустить документы.")
    parser.add_argument("--period", required=True, help="месяц, например 2013-07")
    parser.add_argument("--org", help="наименование организации")
    parser.add_argument("--house", action="append", default=[], help="адрес дома; можно несколько")
    parser.add_argument("--account", action="append", default=[], help="номер счёта; тоже")
    parser.add_argument("--reason", default="", help="причина выпуска новой версии")
    parser.add_argument("--out", type=Path, metavar="ПАПКА", help="записать PDF каждого документа")
    parser.add_argument(
        "--print-file", type=Path, metavar="ФАЙЛ", help="записать все документы одним PDF"
    )
    parser.add_argument("--json", action="store_true", help="ответ для программы")
    options = parser.parse_args(argv)
    try:
        return issue(options)
    except ChoiceRefusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 3
    except OSError as failure:
        print(f"Файл не записан: {failure.filename}: {failure.strerror}.", file=sys.stderr)
        return 3


def issue(options: argparse.Namespace) -> int:
    period = chosen_period(options.period)
    organisation = chosen_organisation(options.org)
    chosen = chosen_selection(organisation, options)
    issued = issue_documents(
        organisation=organisation,
        period=period,
        by=None,
        at=timezone.now(),
        reason=options.reason,
        chosen=chosen,
    )
    written = hand_out(issued_of(organisation, period, chosen), options)
    if options.json:
        answer = {"period": str(period), **dataclasses.asdict(issued), **written}
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(f"{period.title}: {told(issued)}.")
        if options.out:
            print(f"Файлов в {options.out}: {written['files']}.")
        if options.print_file:
            print(f"В файле для печати {options.print_file} документов: {written['printed']}.")
    return 1 if issued.failed else 0


def told(issued: Issued) -> str:
    failed = f", не сформировано {issued.failed}" if issued.failed else ""
    return f"выпущено {issued.made}, без изменений {issued.unchanged}{failed}"


def chosen_selection(organisation: Organisation, options: argparse.Namespace) -> Selection:
    """:raises ChoiceRefusal: a house or an account is not known."""
    houses = {house.address: house.pk for house in House.objects.filter(organisation=organisation)}
    for address in options.house:
        if address not in houses:
            known = "; ".join(sorted(houses)[:5])
            raise ChoiceRefusal(f"--house {address}: дома с таким адресом нет. Есть: {known}.")
    found = PersonalAccount.objects.filter(organisation=organisation, number__in=options.account)
    accounts = dict(found.values_list("number", "pk"))
    for number in options.account:
        if number not in accounts:
            raise ChoiceRefusal(f"--account {number}: у организации нет такого лицевого счёта.")
    return Selection(
        house_ids=tuple(houses[address] for address in options.house),
        account_ids=tuple(accounts.values()),
    )


def issued_of(
    organisation: Organisation, period: Period, chosen: Selection
) -> QuerySet[IssuedDocument]:
    found = current_documents(organisation_id=organisation.pk, period=period)
    if chosen.house_ids:
        found = found.filter(account__premises__house__in=chosen.house_ids)
    if chosen.account_ids:
        found = found.filter(account__in=chosen.account_ids)
    return found


def hand_out(documents: QuerySet[IssuedDocument], options: argparse.Namespace) -> dict[str, int]:
    """How many documents went into files, by what was asked for."""
    written = {}
    if options.out:
        written["files"] = sum(1 for _ in write_files(documents, options.out))
    if options.print_file:
        with options.print_file.open("wb") as out:
            written["printed"] = write_print_file(documents, out)
    return written
