"""The database keeps issued documents as they were issued."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from payment_docs.models import IssuedDocument
from tests.cast import NOON
from tests.priced import issued, posted, priced_tihiy_okean


@pytest.fixture
def document(db):
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    issued(okean.organisation)
    return IssuedDocument.objects.first()


@pytest.mark.parametrize("change", [{"to_pay": 0}, {"pdf_sha256": "0" * 64}, {"version": 7}])
def test_issued_document_keeps_what_was_issued(document, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        IssuedDocument.objects.filter(pk=document.pk).update(**change)


def test_document_is_superseded_once(document):
    mine = IssuedDocument.objects.filter(pk=document.pk)
    mine.update(superseded_at=NOON)

    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        mine.update(superseded_at=NOON + dt.timedelta(days=1))


def test_document_in_force_again_is_refused(document):
    mine = IssuedDocument.objects.filter(pk=document.pk)
    mine.update(superseded_at=NOON)

    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        mine.update(superseded_at=None)


@pytest.mark.parametrize("statement", ["DELETE FROM", "TRUNCATE"])
def test_issued_documents_are_never_removed(document, statement):
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{statement} payment_docs_issueddocument")
