"""An organisation with documents, a mail server on loopback, an account that sends."""

import socket
import ssl
from collections.abc import Iterator

import pytest
import trustme

from mailing.models import MailAccount
from mailing.services import Worker
from tests.cast import TihiyOkean, tihiy_okean
from tests.factories import make_organisation
from tests.mailing.office import (
    QUICK,
    Four,
    LoopbackController,
    PostOffice,
    by_email,
    check_password,
    issue,
    make_mail_account,
    pdf_of,
    signed_in,
)
from zhkh.web.roles import Role


@pytest.fixture
def post_office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def smtp(post_office) -> Iterator[LoopbackController]:
    controller = LoopbackController(
        post_office,
        hostname="127.0.0.1",
        port=0,
        authenticator=check_password,
        auth_require_tls=False,
        data_size_limit=10_000_000,
    )
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def okean(db) -> TihiyOkean:
    return tihiy_okean()


@pytest.fixture
def mail_account(okean, smtp) -> MailAccount:
    return make_mail_account(okean.organisation, port=smtp.address[1])


@pytest.fixture
def house(okean) -> Four:
    by_email(okean.fet, "fet@mail.ru")
    by_email(okean.tyutchev, "tyutchev@mail.ru")
    accounts = (okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov)
    return Four(okean, {account.number: issue(account) for account in accounts})


@pytest.fixture
def worker() -> Worker:
    return Worker(owner="worker-1", pdf_of=pdf_of, timeouts=QUICK)


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port nobody listens on."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield nobody.getsockname()[1]


@pytest.fixture
def smtps(post_office) -> Iterator[int]:
    """A mail server behind TLS whose authority nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    controller = LoopbackController(post_office, hostname="127.0.0.1", port=0, ssl_context=context)
    controller.start()
    yield controller.address[1]
    controller.stop()


@pytest.fixture
def idle_account(house):
    return make_mail_account(house.okean.organisation, port=9)


@pytest.fixture
def mailer(okean):
    return signed_in(Role.MAILING_OPERATOR, okean.organisation)


@pytest.fixture
def stranger(okean):
    return signed_in(Role.ADMINISTRATOR, make_organisation(name="ТСЖ «Соседи»"))
