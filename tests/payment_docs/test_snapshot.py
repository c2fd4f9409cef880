"""Whatever a document holds, its snapshot gives it back."""

import dataclasses
import datetime as dt
import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from payment_docs.document import (
    NO_REFERENCE,
    Blank,
    House,
    LastPayment,
    Mark,
    Organisation,
    PayeeRow,
    PaymentDocument,
    Reference,
    Requisites,
    Section,
    ServiceRow,
    Volume,
)
from payment_docs.snapshot import from_snapshot, to_snapshot
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
money = st.decimals("0", "99999.99", places=2)
signed_money = st.decimals("-99999.99", "99999.99", places=2)
quantities = st.decimals("0", "99999", places=7)
days = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
periods = st.builds(Period, st.integers(2000, 2100), st.integers(1, 12))
blanks = st.sampled_from(Blank)
cells = st.one_of(blanks, quantities)
readings = st.one_of(blanks, st.lists(quantities, max_size=2).map(tuple))
volumes = st.one_of(blanks, st.builds(Volume, quantities, st.none() | st.sampled_from(Mark)))
references = st.just(NO_REFERENCE) | st.builds(
    Reference, cells, cells, readings, readings, cells, cells
)


@st.composite
def rows(draw):
    individual, common = draw(money), draw(money)
    is_fee = draw(st.booleans())
    charged, recalculated, benefit = individual + common, draw(signed_money), draw(money)
    return ServiceRow(
        name=draw(texts),
        unit=draw(texts),
        volume_individual=draw(volumes),
        volume_common=draw(volumes),
        price=draw(cells),
        charged_individual=Blank.NOT_APPLICABLE if is_fee else individual,
        charged_common=Blank.NOT_APPLICABLE if is_fee else common,
        charged=charged,
        total=charged + recalculated - benefit,
        recalculated=recalculated,
        benefit=benefit,
        reference=draw(references),
    )


sections = st.lists(
    st.builds(Section, texts, st.lists(rows(), max_size=2).map(tuple)), max_size=2
).map(tuple)
organisations = st.builds(Organisation, texts, texts, texts)
requisites = st.builds(Requisites, texts, texts, texts, texts, texts, texts)


@st.composite
def documents(draw):
    contents = draw(sections)
    to_pay = sum((row.total for section in contents for row in section.rows), ZERO)
    opening = draw(signed_money)
    return PaymentDocument(
        period=draw(periods),
        account_number=draw(texts),
        payer=draw(texts),
        address=draw(texts),
        area=draw(quantities),
        residents=draw(st.integers(0, 20)),
        executor=draw(organisations),
        settlement_centre=draw(organisations),
        payees=(PayeeRow(draw(texts), draw(requisites), draw(texts), to_pay),),
        opening=opening,
        last_payment=draw(st.none() | st.builds(LastPayment, days, money)),
        counted_until=draw(days),
        to_pay=to_pay,
        to_pay_with_balance=max(ZERO, to_pay + opening),
        sections=contents,
        house=draw(
            st.builds(House, quantities, st.integers(0, 2000), quantities, st.just(Decimal(0)))
        ),
        number=draw(texts),
        version=draw(st.integers(1, 9)),
        notice=draw(texts),
    )


@given(document=documents())
def test_document_survives_json(document):
    stored = json.loads(json.dumps(to_snapshot(document)))

    assert from_snapshot(stored) == document


@given(document=documents())
def test_figures_keep_their_digits(document):
    """13.50 and 13.5 are equal, but print and hash differently."""
    restored = from_snapshot(json.loads(json.dumps(to_snapshot(document))))

    assert repr(dataclasses.astuple(restored)) == repr(dataclasses.astuple(document))
