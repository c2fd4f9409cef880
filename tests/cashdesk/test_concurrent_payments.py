import uuid
from collections import Counter as Tally
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.posting import Payment
from cashdesk.models import Receipt
from cashdesk.services import BillChanged, TokenUsed
from tests.cashdesk.counter import Counter, open_counter, owe, take, tick
from zhkh.kernel.money import ZERO
from zhkh.kernel.refusal import Refusal


@pytest.fixture
def counter(committed_db: None) -> Counter:
    return open_counter()


def at_once(threads: int, attempt: Callable[[int], Receipt]) -> list[Receipt | Refusal]:
    """What each of the threads got, all let go at the same moment."""
    gate = Barrier(threads)

    def run(place: int) -> Receipt | Refusal:
        try:
            gate.wait(timeout=120)
            return attempt(place)
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_one_token_sent_sixteen_times_at_once_is_one_payment(counter: Counter):
    owe(counter, "110.88")
    token = uuid.uuid4()

    answers = at_once(
        16, lambda _: take(counter, tick(counter.town.cold_water, "110.88"), token=token)
    )

    assert {getattr(answer, "number", answer) for answer in answers} == {1}
    assert (Payment.objects.count(), Receipt.objects.count()) == (1, 1)
    assert balance_of(counter.town.fet) == ZERO


def test_eight_cashiers_take_one_debt_once(counter: Counter):
    owe(counter, "100.00")

    answers = at_once(8, lambda _: take(counter, tick(counter.town.cold_water, "100.00")))

    assert Tally(type(answer) for answer in answers) == {Receipt: 1, BillChanged: 7}
    assert Payment.objects.count() == 1
    assert balance_of(counter.town.fet) == ZERO


def test_one_token_for_two_accounts_at_once_pays_one_of_them(counter: Counter):
    accounts = [counter.town.fet, counter.town.nekrasov]
    for account in accounts:
        owe(counter, "100.00", account=account)
    token = uuid.uuid4()

    answers = at_once(
        2,
        lambda place: take(
            counter,
            tick(counter.town.cold_water, "100.00"),
            account=accounts[place],
            token=token,
        ),
    )

    assert Tally(type(answer) for answer in answers) == {Receipt: 1, TokenUsed: 1}
    assert Payment.objects.count() == 1


def test_numbers_have_no_gaps_when_many_accounts_pay_at_once_and_some_are_refused(
    counter: Counter,
):
    town = counter.town
    accounts = [town.lermontov, town.fet, town.tyutchev, town.nekrasov]
    for account in accounts:
        owe(counter, "100.00", account=account)
        owe(counter, "50.00", account=account, service=town.fee)
    ticks = [tick(town.cold_water, "100.00"), tick(town.fee, "50.00")]

    answers = at_once(
        16, lambda place: take(counter, ticks[place // 4 % 2], account=accounts[place % 4])
    )

    assert Tally(type(answer) for answer in answers) == {Receipt: 8, BillChanged: 8}
    numbers = Receipt.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6, 7, 8]
