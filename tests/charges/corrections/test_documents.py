"""A recalculation document: drawn up, posted once into the open month, taken back by a storno."""

import dataclasses
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.statements import adjustments_about, recalculations_of_month
from charges.corrections.models import CorrectionDocument, CorrectionLine, DocumentState
from charges.corrections.services.documents import (
    AlreadyTakenBack,
    DocumentChanged,
    KeyUsedForOtherDocument,
    NothingToPost,
    NotPostedYet,
    StornoIsFinal,
    discard_document,
    draft_manual,
    draft_storno,
    post_document,
)
from tests.cast import JULY, NOON
from tests.charges.corrections.conftest import BASIS, TODAY, new_key, sum_for
from tests.priced import BILL, calculated
from zhkh.audits.check import audit_books

AUGUST = JULY.next()


def drafted(okean, *amounts, key=None):
    rows = [
        sum_for(okean.fet, service, amount)
        for service, amount in zip((okean.fee, okean.cold_water), amounts, strict=False)
    ]
    return draft_manual(
        account=okean.fet, rows=rows, basis=BASIS, key=key or new_key(), by=None, at=NOON
    )


def posted_now(document, **options):
    return post_document(document=document, today=TODAY, by=None, at=NOON, **options)


def findings():
    return [(title, found) for title, found in audit_books() if found]


def test_a_draft_changes_no_debt(okean):
    drafted(okean, "-100.00")

    assert balance_of(okean.fet) == BILL


def test_posting_makes_adjustments_with_one_basis_in_the_open_month(okean):
    document = posted_now(drafted(okean, "-100.00", "25.50"))

    found = recalculations_of_month([okean.fet.pk], period=AUGUST)[okean.fet.pk]
    assert [(row.amount, row.for_month, row.reason, row.basis) for row in found] == [
        (Decimal(amount), JULY.first_day, "ошибка начисления: неверная площадь",
         "Акт № 12 от 05.08.2013")
        for amount in ("-100.00", "25.50")
    ]  # fmt: skip
    assert (document.state, document.month, document.posted_at) == (
        DocumentState.POSTED,
        AUGUST.first_day,
        NOON,
    )
    assert balance_of(okean.fet) == BILL - Decimal("74.50")
    assert findings() == []


def test_posting_twice_posts_once(okean):
    draft = drafted(okean, "-100.00")
    posted_now(draft)

    again = posted_now(draft)

    assert again.is_posted
    assert balance_of(okean.fet) == BILL - 100


def test_the_same_request_makes_one_draft(okean):
    key = new_key()

    assert drafted(okean, "-100.00", key=key) == drafted(okean, "-100.00", key=key)
    assert CorrectionLine.objects.count() == 1


def test_a_key_of_another_document_is_refused(okean):
    key = drafted(okean, "-100.00").key

    with pytest.raises(KeyUsedForOtherDocument):
        draft_manual(
            account=okean.tyutchev,
            rows=[sum_for(okean.tyutchev, okean.fee, "-5.00")],
            basis=BASIS,
            key=key,
            by=None,
            at=NOON,
        )


def test_documents_are_numbered_one_after_another(okean):
    assert [drafted(okean, "-1.00").number for _ in range(3)] == [1, 2, 3]


def test_an_empty_document_is_not_posted(okean):
    with pytest.raises(NothingToPost):
        posted_now(drafted(okean))


def test_another_total_than_the_one_seen_is_not_posted(okean):
    with pytest.raises(DocumentChanged):
        posted_now(drafted(okean, "-100.00"), total=Decimal("-99.00"))

    assert balance_of(okean.fet) == BILL


def test_a_thrown_away_draft_is_not_posted(okean):
    draft = drafted(okean, "-100.00")
    seen = CorrectionDocument.objects.get(pk=draft.pk)
    discard_document(document=draft)
    discard_document(document=seen)

    with pytest.raises(DocumentChanged):
        posted_now(seen)


def test_a_posted_document_is_not_thrown_away(okean):
    document = posted_now(drafted(okean, "-100.00"))

    with pytest.raises(DocumentChanged):
        discard_document(document=document)


def test_a_service_no_longer_connected_stands_in_the_books_without_a_line(okean):
    okean.fet.services.filter(service=okean.cold_water).delete()
    posted_now(drafted(okean, "-10.00", "-20.00"))

    kinds = {row.service_id: row.kind for row in adjustments_about([okean.fet.pk], period=JULY)}
    assert kinds == {okean.fee.pk: "recalculation", okean.cold_water.pk: "correction"}
    assert calculated(okean.organisation, AUGUST).state == "done"


class TestStorno:
    def take_back(self, document, key=None):
        basis = dataclasses.replace(BASIS, title="Служебная записка")
        return draft_storno(document=document, basis=basis, key=key or new_key(), by=None, at=NOON)

    def test_takes_every_sum_back(self, okean):
        document = posted_now(drafted(okean, "-100.00", "25.50"))

        storno = posted_now(self.take_back(document))

        assert [line.amount for line in storno.lines.order_by("id")] == [
            Decimal("100.00"),
            Decimal("-25.50"),
        ]
        assert balance_of(okean.fet) == BILL
        assert findings() == []

    def test_is_made_once(self, okean):
        document = posted_now(drafted(okean, "-100.00"))
        key = new_key()
        first = self.take_back(document, key)

        assert self.take_back(document, key) == first
        with pytest.raises(AlreadyTakenBack):
            self.take_back(document)

    def test_is_not_of_a_draft_nor_of_a_storno(self, okean):
        draft = drafted(okean, "-100.00")
        with pytest.raises(NotPostedYet):
            self.take_back(draft)

        storno = posted_now(self.take_back(posted_now(draft)))
        with pytest.raises(StornoIsFinal):
            self.take_back(storno)


class TestDatabase:
    """What the database refuses whoever asks."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda document: CorrectionDocument.objects.filter(pk=document.pk).update(note="x"),
            lambda document: CorrectionDocument.objects.filter(pk=document.pk)._raw_delete(
                "default"
            ),
            lambda document: document.lines.all()._raw_delete("default"),
            lambda document: document.lines.update(amount=1),
            lambda document: document.refusals.create(title="x", wrong="y"),
        ],
    )
    def test_a_posted_document_stays(self, okean, change):
        document = posted_now(drafted(okean, "-100.00"))

        with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
            change(document)

    def test_a_line_is_not_zero_and_given_once(self, okean):
        line = drafted(okean, "-100.00").lines.get()
        values = {
            "document": line.document,
            "account": line.account,
            "service": line.service,
            "for_month": line.for_month,
            "key": new_key(),
        }

        with (
            pytest.raises(IntegrityError, match="correction_line_is_given_once"),
            transaction.atomic(),
        ):
            CorrectionLine.objects.create(**values, amount=1)
        with (
            pytest.raises(IntegrityError, match="correction_line_is_not_zero"),
            transaction.atomic(),
        ):
            CorrectionLine.objects.create(**(values | {"service": okean.cold_water}), amount=0)
