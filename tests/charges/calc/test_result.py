"""The printed JSON to the byte, and the order of everything in it."""

import json

from charges.calc.calculation import calculate
from charges.calc.parse import parse_document
from charges.calc.result import result_json
from tests.charges.calc.scenarios import (
    account,
    cold_water,
    house,
    lines_of,
    problems_of,
    residents,
    result_of,
    scenario,
    service,
    tariff,
)

PRINTED = """{
 "period": "2024-03",
 "houses": [
  {
   "code": "h1",
   "common": [
    {
     "service": "cold_water",
     "zone": null,
     "volume": "20",
     "method": "house_meter",
     "undistributed": "0"
    }
   ]
  }
 ],
 "accounts": [
  {
   "number": "1",
   "lines": [
    {
     "service": "cold_water",
     "zone": null,
     "component": null,
     "use": null,
     "unit": "м3",
     "price": "10.00",
     "individual": {
      "volume": "1.2903226",
      "method": "norm",
      "amount": "12.90"
     },
     "common": {
      "volume": "1",
      "method": "house_meter",
      "amount": "10.00"
     },
     "uplift": {
      "coefficient": "1",
      "amount": "0.00"
     },
     "vat": "0.00",
     "charged": "22.90",
     "recalculated": "0.00",
     "benefit": "0.00",
     "total": "22.90",
     "segments": [],
     "why": [
      "Индивидуальное потребление с 01.03.2024 по 10.03.2024: прибора учёта нет: норматив 4 \
на человека × проживающих 1 чел. × 10/31 дней (п. 42 Правил № 354, формула 4); 1,2903226 м3 × 10,00 = \
12,90 руб.",
      "Общедомовые нужды: объём дома по общедомовому прибору 20 (п. 44, формула 12); доля 20 × \
50 / 1\u00a0000 м2 (до 6 зн.); 1 м3 × 10,00 = 10,00 руб."
     ]
    }
   ],
   "allocations": [
    {
     "payment": 1,
     "period": "2024-02",
     "service": null,
     "amount": "0.01"
    }
   ],
   "penalty": {
    "total": "0.00",
    "spans": [
     {
      "debt": "0.01",
      "period": "2024-02",
      "from": "2024-03-02",
      "to": "2024-03-03",
      "days": 1,
      "part": null,
      "rate": "0.1",
      "amount": "0.00"
     }
    ]
   },
   "opening": "0.00",
   "charged": "22.90",
   "to_pay": "22.90",
   "advance_left": "0.00"
  }
 ]
}
"""


def test_every_key_is_printed_in_order():
    document = cold_water(
        account(
            opening=[{"period": "2024-02", "amount": "0.01", "due": "2024-03-01"}],
            payments=[{"on": "2024-03-02", "amount": "0.01"}],
        ),
        common_volumes=[{"service": "cold_water", "volume": "20.0", "method": "house_meter"}],
    )
    document["norms"][0]["to"] = "2024-03-11"
    document["penalty"] = {
        "as_of": "2024-03-20",
        "rule": "ua",
        "rates": [{"from": "2000-01-01", "rate": "0.10"}],
    }

    assert result_json(calculate(parse_document(document))) == PRINTED


def fee(code, **more):
    return service(code, "per_account", **more)


def test_lines_go_by_order_then_by_place():
    codes = {"d": {"order": 5}, "c": {}, "b": {"order": 1}, "a": {"order": 2}}
    document = scenario(
        [fee(code, **more) for code, more in codes.items()],
        [tariff(code, "1") for code in codes],
        house(account()),
    )

    assert [line["service"] for line in lines_of(document)] == ["b", "c", "a", "d"]


def test_houses_go_by_code_and_accounts_by_number_over_all_houses():
    document = scenario(
        [],
        [],
        house(account("10"), account("Я"), account("2"), code="я"),
        house(account("1"), account("a"), code="b"),
        house(code="B"),
    )

    result = result_of(document)

    assert [row["code"] for row in result["houses"]] == ["B", "b", "я"]
    assert [row["number"] for row in result["accounts"]] == ["1", "10", "2", "a", "Я"]


def test_common_volumes_go_by_service_and_zone():
    rows = [
        {"service": code, "zone": zone, "volume": "1", "method": "norm"}
        for code in ("x", "cold_water")
        for zone in ("night", "day", "halfpeak")
    ]
    document = cold_water(account(services=[]), common_volumes=rows)
    document["services"].insert(0, service("x", order=2))
    document["services"][1]["order"] = 1

    common = result_of(document)["houses"][0]["common"]

    assert [(row["service"], row["zone"]) for row in common] == [
        (code, zone) for code in ("cold_water", "x") for zone in ("day", "halfpeak", "night")
    ]


def test_zero_is_never_minus_zero():
    document = cold_water(
        account(
            residents=[residents(0)],
            opening=[{"period": "2024-02", "amount": "-0.00"}],
            recalculations=[{"service": "cold_water", "amount": "-0.00"}],
        ),
        interruptions=[{"service": "cold_water", "hours": 9, "allowed": 8, "rate": "0.000001"}],
    )

    assert '"-0' not in json.dumps(result_of(document))


def test_apportioned_sum_is_a_line_with_the_area():
    document = scenario(
        [service("roof", "apportioned", unit="руб.", vat="0.1")],
        [],
        house(
            account("3", "10", kind="nonresidential"),
            account("1", "10"),
            account("2", "10"),
            account("4", services=[]),
            voted=[{"service": "roof", "sum": "100.00"}],
        ),
    )

    found = {row["number"]: row["lines"] for row in result_of(document)["accounts"]}

    assert [
        [(line["price"], line["individual"], line["vat"]) for line in found[number]]
        for number in "1234"
    ] == [
        [(None, {"volume": "10", "method": None, "amount": "33.34"}, "0.00")],
        [(None, {"volume": "10", "method": None, "amount": "33.33"}, "0.00")],
        [(None, {"volume": "10", "method": None, "amount": "33.33"}, "3.33")],
        [],
    ]


def test_voted_sum_is_needed_only_where_somebody_shares_it():
    def voting(**flat):
        return scenario([service("roof", "apportioned")], [], house(account(**flat)))

    assert problems_of(voting(services=[])) == []
    assert problems_of(voting()) == ["houses[0].voted: нет суммы услуги «roof»: сумма на весь дом"]
