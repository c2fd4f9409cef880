"""The company, bank and staff of the demo, around the house of the source document."""

import dataclasses
import datetime as dt
import json
import secrets
from decimal import Decimal
from pathlib import Path

from accounts_registry.models import DeliveryMethod, House, Organisation, PersonalAccount
from accounts_registry.services import assign_role, set_delivery
from cashdesk.models import Bank, Cashier, Till
from cashdesk.services import appoint_cashier
from charges.models import CommonVolume
from mailing.models import MailAccount
from mailing.services.accounts import save_account
from zhkh.demo.post import PostOffice
from zhkh.kernel.period import Period
from zhkh.web.models import User
from zhkh.web.roles import Role

COMPANY = "УК «Тихий океан»"
EMAILS = {
    "000000001001": "lermontov_mn@mail.ru",
    "000000001003": "tyutchev_fi@mail.ru",
}
# Nobody's requisites, with check digits that are right.
REQUISITES = {
    "inn": "7701234560",
    "kpp": "770101001",
    "bank_account": "40702810500000001234",
    "bank_name": "ПАО «Банк примера»",
    "bic": "044525225",
    "correspondent_account": "30101810400000000225",
}
ADDRESS_ALONE = ("000000001004", "nekrasov_na@mail.ru")  # by paper: no letter goes out


@dataclasses.dataclass(frozen=True, slots=True)
class Login:
    """A user of the demo and what the story prints to log in."""

    title: str
    username: str
    last_name: str
    first_name: str
    patronymic: str
    roles: tuple[Role, ...]


LOGINS = (
    Login(
        "бухгалтер", "accountant", "Леонтьева", "Ирина", "Львовна",
        (Role.ACCOUNTANT, Role.OPERATOR, Role.MAILING_OPERATOR),
    ),
    Login("кассир", "cashier", "Ковальчук", "Ольга", "Петровна", (Role.CASHIER,)),
)  # fmt: skip


def furnish_company(organisation: Organisation, *, period: Period) -> None:
    """Delivery methods, and the reference figures the sample bill prints."""
    facts = {"working_hours": "пн–пт 9:00–18:00", "phone": "+7 495 000-00-00", **REQUISITES}
    Organisation.objects.filter(pk=organisation.pk).update(**facts)
    for number, email in EMAILS.items():
        account = PersonalAccount.objects.get(organisation=organisation, number=number)
        set_delivery(account=account, method=DeliveryMethod.EMAIL, email=email)
    number, email = ADDRESS_ALONE
    account = PersonalAccount.objects.get(organisation=organisation, number=number)
    set_delivery(account=account, method=DeliveryMethod.PAPER, email=email)
    house = House.objects.get(organisation=organisation)
    references = {
        ("hot_water", ""): "174",
        ("electricity", "day"): "3752",
        ("electricity", "night"): "367",
    }
    for (service, zone), reading in references.items():
        CommonVolume.objects.filter(
            house=house, month=period.first_day, service__code=service, zone=zone
        ).update(meter_reading=Decimal(reading))


def known_logins(folder: Path) -> dict[str, str]:
    """Passwords by user name: made once for a folder and kept in it."""
    kept = folder / "logins.json"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({login.username: secrets.token_hex(4) for login in LOGINS}))
    passwords: dict[str, str] = json.loads(kept.read_text())
    return passwords


def appoint_staff(organisation: Organisation, passwords: dict[str, str]) -> None:
    """Users with their roles, a bank with a till; doing it again changes nothing."""
    bank, _ = Bank.objects.get_or_create(
        name="АО «Банк примера»", defaults={"opens": dt.time(0), "closes": dt.time(23, 59)}
    )
    bank.organisations.add(organisation)
    till, _ = Till.objects.get_or_create(bank=bank, number=3)
    for login in LOGINS:
        user, _ = User.objects.get_or_create(
            username=login.username,
            defaults={
                "last_name": login.last_name,
                "first_name": login.first_name,
                "patronymic": login.patronymic,
            },
        )
        user.set_password(passwords[login.username])
        user.save()
        for role in login.roles:
            if role == Role.CASHIER:
                appoint_cashier(user=user, till=till)
            else:
                assign_role(user=user, role=role, organisation=organisation)


def the_cashier() -> Cashier:
    return Cashier.objects.select_related("user", "till__bank").get(user__username="cashier")


def the_accountant() -> User:
    return User.objects.get(username="accountant")


def the_mail_account(organisation: Organisation, office: PostOffice) -> MailAccount:
    """«Системная учётная запись», pointed at the tunnel as the source document says."""
    account = MailAccount.objects.filter(organisation=organisation, is_system=True).first()
    account = account or MailAccount(organisation=organisation, is_system=True)
    account.sender_name = COMPANY.replace("«", "").replace("»", "")
    account.address = account.username = office.user
    account.remember_password = True
    account.smtp_host = account.pop3_host = "127.0.0.1"
    account.smtp_port = office.tunnel_port
    return save_account(account=account, password=office.password)
