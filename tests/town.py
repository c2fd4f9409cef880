"""The sample house of four flats with its staff, and a mail server behind TLS with the tunnel."""

import contextlib
import dataclasses
import datetime as dt
import ssl
from collections.abc import Iterator
from pathlib import Path

import trustme

from accounts_registry.models import DeliveryMethod, Organisation, PersonalAccount
from accounts_registry.services import set_delivery
from cashdesk.models import Cashier, Till
from charges.calc.parse import parse_text
from mailing.models import MailAccount
from smtp_tunnel.config import read_config
from smtp_tunnel.supervise import running
from tests.cashdesk.counter import make_bank, make_cashier
from tests.cast import NOON, accountant_of
from tests.factories import BANK_REQUISITES
from tests.mailing.office import (
    LoopbackController,
    PostOffice,
    check_password,
    make_mail_account,
    with_login,
)
from zhkh.scenarios.rows import store_scenario
from zhkh.web.models import User

_HOUSE = Path(__file__).with_name("golden") / "scenarios" / "demo_house.json"
_HOST = "mail.example"


@dataclasses.dataclass(frozen=True, slots=True)
class Town:
    """Flat 2 of the sample house, its neighbour, and those who work for them."""

    organisation: Organisation
    fet: PersonalAccount
    tyutchev: PersonalAccount
    accountant: User
    cashier: Cashier
    mail_account: MailAccount


@contextlib.contextmanager
def tunnel_to(post: PostOffice, folder: Path) -> Iterator[int]:
    """SMTP over TLS with a login on one side, our tunnel that verifies it on the other: its port."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(_HOST).configure_cert(context)
    server = LoopbackController(
        post,
        hostname="127.0.0.1",
        port=0,
        ssl_context=context,
        authenticator=check_password,
        auth_require_tls=False,  # the socket itself is TLS already
    )
    server.start()
    config = folder / "stunnel.conf"
    config.write_text(
        "[smtp]\nclient = yes\naccept = 127.0.0.1:0\n"
        f"connect = 127.0.0.1:{server.address[1]}\n"
        f"CAfile = {folder / 'ca.pem'}\ncheckHost = {_HOST}\n"
    )
    with running(read_config(config)) as addresses:
        yield addresses["smtp"].port
    server.stop()


def sample_town(*, tunnel_port: int) -> Town:
    """Nobody has read the meters of flat 2 in July; Фет wants documents by e-mail."""
    organisation = store_scenario(_house_in_june(), name="УК «Тихий океан»", at=NOON)
    Organisation.objects.filter(pk=organisation.pk).update(**BANK_REQUISITES)
    fet, tyutchev = (
        PersonalAccount.objects.get(number=number) for number in ("000000001002", "000000001003")
    )
    set_delivery(account=fet, method=DeliveryMethod.EMAIL, email="fet_aa@mail.ru")
    bank = make_bank(name="АО «Приморский банк»")
    bank.organisations.add(organisation)
    mail_account = make_mail_account(organisation, port=tunnel_port)
    with_login(mail_account)
    return Town(
        organisation=organisation,
        fet=fet,
        tyutchev=tyutchev,
        accountant=accountant_of(organisation),
        cashier=make_cashier(till=Till.objects.create(bank=bank, number=3)),
        mail_account=mail_account,
    )


def _house_in_june():
    scenario = parse_text(_HOUSE.read_bytes())
    (house,) = scenario.houses
    july = dt.date(2013, 7, 1)
    accounts = tuple(
        dataclasses.replace(
            account,
            meters=tuple(
                meter._replace(readings=tuple(r for r in meter.readings if r.on < july))
                for meter in account.meters
            ),
        )
        for account in house.accounts
    )
    return dataclasses.replace(scenario, houses=(dataclasses.replace(house, accounts=accounts),))
