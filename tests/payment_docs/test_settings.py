"""How documents are printed from a month on: decided on a screen, told by its history."""

import datetime as dt
import html
import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.html import strip_tags

from accounts_registry.models import CatalogueChange, Payee
from payment_docs.deciding import NothingChanges, decide, set_house_notice, write_requisites
from payment_docs.details import Currency, Form, Language, Look
from payment_docs.document_settings import Printing, house_notice, printing_of
from payment_docs.models import DocumentSetting, Grouping, HouseNotice, ReleaseSignature
from payment_docs.pictures import BLACK, Picture, png
from payment_docs.services import (
    MonthIsNotPosted,
    NotSigned,
    SignedAlready,
    request_documents,
    sign_release,
)
from tests.cast import JULY, NOON, accountant_of
from tests.factories import make_house, make_organisation, make_payee
from tests.priced import posted, priced_tihiy_okean

PLAIN = {"form": "454", "grouping": "kind", "language": "ru", "currency": "rub", "variant": "plain"}
TYPED = {**PLAIN, "since": "07.2013", "notice": ""}


@pytest.fixture
def organisation(db):
    return make_organisation(name="УК «Тихий океан»")


@pytest.fixture
def client(organisation):
    client = Client()
    client.force_login(accountant_of(organisation))
    return client


def decided(organisation, period=JULY, **values):
    return decide(organisation=organisation, since=period, values=values, by=None, at=NOON)


def printing(organisation, period=JULY):
    return printing_of(organisation_id=organisation.pk, period=period)


def text_of(answer):
    return html.unescape(re.sub(r"\s+", " ", strip_tags(answer.content.decode())))


class TestDecisions:
    def test_without_a_decision_documents_have_the_form_454(self, organisation):
        assert printing(organisation) == Printing()

    def test_decision_holds_from_its_month(self, organisation):
        decided(organisation, JULY, form="43", grouping="payee")

        assert printing(organisation, JULY.previous()) == Printing()
        assert printing(organisation, JULY.shifted(7)) == Printing(
            look=Look(form=Form.ORDER_43), grouping=Grouping.BY_PAYEE
        )

    def test_later_decision_ends_the_earlier_one(self, organisation):
        decided(organisation, JULY, form="43")
        decided(organisation, JULY.shifted(2), language="uk", currency="uah")

        assert [printing(organisation, JULY.shifted(n)).look for n in (0, 1, 2)] == [
            Look(form=Form.ORDER_43),
            Look(form=Form.ORDER_43),
            Look(language=Language.UKRAINIAN, currency=Currency.HRYVNIA),
        ]

    def test_decision_before_another_holds_until_it(self, organisation):
        decided(organisation, JULY.shifted(2), form="43")
        decided(organisation, JULY, grouping="none")

        assert [printing(organisation, JULY.shifted(n)).grouping for n in (0, 1, 2)] == [
            Grouping.NONE,
            Grouping.NONE,
            Grouping.BY_KIND,
        ]

    def test_decision_of_the_same_month_replaces_it(self, organisation):
        decided(organisation, JULY, form="43")
        decided(organisation, JULY, grouping="none")

        assert DocumentSetting.objects.count() == 1
        assert printing(organisation) == Printing(grouping=Grouping.NONE)

    def test_what_holds_already_is_refused(self, organisation):
        with pytest.raises(NothingChanges, match=r"С месяца 07\.2013"):
            decided(organisation, JULY, form="454")

    def test_history_tells_what_changed(self, organisation):
        decided(organisation, JULY, form="43", keeps_pdf=True)

        change = CatalogueChange.objects.get()
        assert (change.before, change.after) == (
            "с 07.2013: форма — приказ Минрегиона № 454; хранить PDF — нет",
            "с 07.2013: форма — приказ Минстроя № 43/пр, разделы 1–7; хранить PDF — да",
        )

    def test_notice_of_a_house_begins_and_ends(self, organisation):
        house = make_house(organisation=organisation)
        for period, text in ((JULY, "Опрессовка"), (JULY.shifted(2), "")):
            set_house_notice(house=house, since=period, text=text, by=None, at=NOON)

        assert [house_notice(house_id=house.pk, period=JULY.shifted(n)) for n in (-1, 0, 1, 2)] == [
            "",
            "Опрессовка",
            "Опрессовка",
            "",
        ]

    def test_requisites_are_written_with_their_history(self, organisation):
        fund = make_payee(organisation=organisation, name="Фонд")

        write_requisites(owner=fund, values={"bic": "044525225"}, by=None, at=NOON)

        assert Payee.objects.get().bic == "044525225"
        change = CatalogueChange.objects.get()
        assert (change.before, change.after) == ("Фонд: БИК — нет", "Фонд: БИК — 044525225")


class TestConstraints:
    @pytest.mark.parametrize(
        ("name", "columns"),
        [
            ("order_43_is_printed_in_russian", {"form": "43", "language": "uk"}),
            ("document_setting_is_known", {"form": "999"}),
            ("documents_have_up_to_two_signatures", {"signatures": 3}),
            (
                "document_setting_holds_for_whole_months",
                {"valid": (dt.date(2013, 7, 2), None)},
            ),
        ],
    )
    def test_impossible_setting_is_refused(self, organisation, name, columns):
        fields = {"valid": (JULY.first_day, None), "changed_at": NOON, **columns}

        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            DocumentSetting.objects.create(organisation=organisation, **fields)

    def test_two_settings_never_hold_at_once(self, organisation):
        decided(organisation, JULY, form="43")

        with pytest.raises(IntegrityError, match="document_setting_spans_do_not_overlap"):
            DocumentSetting.objects.create(
                organisation=organisation, valid=(JULY.first_day, None), changed_at=NOON
            )

    def test_notice_of_a_house_says_something(self, organisation):
        house = make_house(organisation=organisation)

        with pytest.raises(IntegrityError, match="house_notice_says_something"):
            HouseNotice.objects.create(
                house=house, text="", valid=(JULY.first_day, None), changed_at=NOON
            )

    @pytest.mark.parametrize(
        ("name", "spans"),
        [
            ("house_notice_holds_for_whole_months", [(dt.date(2013, 7, 2), None)]),
            ("house_notice_spans_do_not_overlap", [(JULY.first_day, None)] * 2),
        ],
    )
    def test_impossible_notice_is_refused(self, organisation, name, spans):
        house = make_house(organisation=organisation)

        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            HouseNotice.objects.bulk_create(
                HouseNotice(house=house, text="Да", valid=valid, changed_at=NOON) for valid in spans
            )

    @pytest.mark.parametrize(
        ("name", "months"),
        [
            ("one_person_signs_a_month_once", [JULY.first_day] * 2),
            ("signed_month_begins_on_the_first_day", [dt.date(2013, 7, 2)]),
        ],
    )
    def test_impossible_signature_is_refused(self, organisation, name, months):
        by = accountant_of(organisation)

        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            ReleaseSignature.objects.bulk_create(
                ReleaseSignature(
                    organisation=organisation, month=month, signed_by=by, signed_at=NOON
                )
                for month in months
            )


class TestScreen:
    def test_decision_is_written_and_told(self, client, organisation):
        answer = client.post("/docs/settings/", {**TYPED, "form": "43"}, follow=True)

        assert [str(message) for message in answer.context["messages"]] == [
            "Записано: с документов за Июль 2013. Выпущенные документы остаются прежними."
        ]
        assert printing(organisation).look.form is Form.ORDER_43
        assert "Леонтьева" in text_of(answer)

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"notice": "<script>alert(1)</script>"}, "уберите разметку «<script>»"),
            ({"notice": "李"}, "Знака «李» нет в шрифте документа"),
            ({"since": "лето"}, "Месяц пишется так: 07.2013."),
            ({"form": "43", "language": "uk"}, "Форма № 43/пр печатается по-русски и в рублях."),
            ({}, "документы и так печатаются этак"),
        ],
    )
    def test_bad_input_is_told_and_kept(self, client, organisation, typed, sentence):
        answer = client.post("/docs/settings/", {**TYPED, **typed})

        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert DocumentSetting.objects.count() == 0

    def test_logo_is_kept_until_it_is_taken_away(self, client, organisation, settings_logo):
        client.post("/docs/settings/", {**TYPED, "new_logo": settings_logo})
        first = printing(organisation).look.logo
        client.post("/docs/settings/", {**TYPED, "since": "09.2013", "without_logo": "on"})

        assert len(first) == 64
        assert [printing(organisation, JULY.shifted(n)).look.logo for n in (1, 2)] == [first, ""]

    def test_what_is_no_picture_is_no_logo(self, client, organisation, bad_logo):
        answer = client.post("/docs/settings/", {**TYPED, "new_logo": bad_logo})

        assert "Логотип — картинка PNG" in text_of(answer)

    def test_preview_shows_a_document_and_writes_nothing(self, db):
        okean = priced_tihiy_okean()
        posted(okean.organisation)
        client = Client()
        client.force_login(accountant_of(okean.organisation))

        answer = client.post("/docs/settings/", {**TYPED, "form": "43", "preview": "1"})

        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        assert DocumentSetting.objects.count() == 0

    def test_preview_without_a_posted_month_says_so(self, client):
        answer = client.post("/docs/settings/", {**TYPED, "preview": "1"})

        assert "Показать не на чем" in text_of(answer)

    def test_house_of_another_organisation_is_not_offered(self, client):
        house = make_house(organisation=make_organisation(name="ТСЖ «Чужое»"))
        typed = {"house": house.pk, "since": "07.2013", "text": "Привет"}

        answer = client.post("/docs/settings/house/", typed)

        assert (answer.status_code, HouseNotice.objects.count()) == (422, 0)

    def test_payee_is_added_and_checked(self, client, organisation):
        typed = {"name": "Фонд", "bic": "044525225", "bank_account": "40702810500000001235"}

        wrong = client.post("/docs/requisites/new/", typed)
        client.post("/docs/requisites/new/", {**typed, "bank_account": "40702810500000001234"})

        assert "Расчётный счёт не подходит к БИК" in text_of(wrong)
        assert [payee.name for payee in organisation.payees.all()] == ["Фонд"]
        assert "не заполнено: ИНН, банк, корреспондентский счёт" in text_of(
            client.get("/docs/requisites/")
        )

    def test_foreign_payee_is_absent(self, client):
        other = make_payee(organisation=make_organisation(name="ТСЖ «Чужое»"), name="Чужой")

        assert client.get(f"/docs/requisites/{other.pk}/").status_code == 404


@pytest.fixture
def settings_logo(tmp_path):
    file = tmp_path / "logo.png"
    file.write_bytes(png(Picture((bytes([BLACK]) * 8,) * 4)))
    with file.open("rb") as content:
        yield content


@pytest.fixture
def bad_logo(tmp_path):
    file = tmp_path / "logo.png"
    file.write_bytes(png(Picture((bytes([BLACK]) * 8,) * 4))[:-30])
    with file.open("rb") as content:
        yield content


class TestSignatures:
    """Some organisations let documents out only after one or two people have signed the month."""

    @pytest.fixture
    def okean(self, db):
        okean = priced_tihiy_okean()
        posted(okean.organisation)
        decided(okean.organisation, JULY, signatures=2)
        return okean

    def test_two_people_sign_before_documents_are_issued(self, okean):
        first = accountant_of(okean.organisation)
        second = accountant_of(okean.organisation, username="second")
        whole = {"organisation": okean.organisation, "period": JULY, "at": NOON}

        with pytest.raises(NotSigned, match="не хватает двух подписей"):
            request_documents(**whole, by=None)
        sign_release(**whole, by=first)
        with pytest.raises(SignedAlready, match="вторую подпись ставит другой человек"):
            sign_release(**whole, by=first)
        with pytest.raises(NotSigned, match="не хватает одной подписи"):
            request_documents(**whole, by=None)
        sign_release(**whole, by=second)

        assert request_documents(**whole, by=None).items.count() == 4

    def test_page_offers_to_sign_instead_of_issuing(self, okean):
        client = Client()
        client.force_login(accountant_of(okean.organisation))
        month = {"organisation": okean.organisation.pk, "period": "2013-07"}

        page = client.get("/docs/?period=2013-07").content.decode()
        answer = client.post("/docs/sign/", month, follow=True)

        assert ('action="/docs/sign/"' in page, 'action="/docs/issue/"' in page) == (True, False)
        assert [str(message) for message in answer.context["messages"]] == [
            "Выпуск документов за Июль 2013 подписан."
        ]

    def test_month_that_is_not_posted_is_not_signed(self, organisation):
        with pytest.raises(MonthIsNotPosted):
            sign_release(
                organisation=organisation, period=JULY, by=accountant_of(organisation), at=NOON
            )
