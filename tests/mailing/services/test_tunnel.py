"""Through the real tunnel: its reason reaches the journal."""

import pytest
import trustme

from mailing.models import JournalEvent
from smtp_tunnel.config import read_config
from smtp_tunnel.supervise import running
from tests.mailing.office import make_mail_account, send, start, statuses


@pytest.fixture
def conf(tmp_path):
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    def write(port: int):
        file = tmp_path / "stunnel.conf"
        file.write_text(
            f"[smtp]\nclient = yes\naccept = 127.0.0.1:0\nconnect = 127.0.0.1:{port}\n"
            f"CAfile = {tmp_path / 'ca.pem'}\n;! onFailure = reply\n",
            encoding="utf-8",
        )
        return read_config(file)

    return write


def test_reason_of_the_tunnel_is_told_in_the_journal(house, worker, conf, free_port):
    with running(conf(free_port)) as addresses:
        [address] = addresses.values()
        account = make_mail_account(house.okean.organisation, port=address.port)
        batch = start(account)

        send(account, worker)

    account.refresh_from_db()
    event = JournalEvent.objects.filter(batch=batch).first()
    words = (
        f"Туннель работает, но: 127.0.0.1:{free_port} не принимает подключения."
        " Проверьте адрес и порт."
    )
    assert (account.stopped_reason, account.stopped_explanation) == ("refused", words)
    assert event is not None
    assert event.text == f"{words} Пауза 30 с, попытка 1."
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]


def test_wrong_certificate_is_told_in_the_journal(house, worker, conf, smtps):
    with running(conf(smtps)) as addresses:
        [address] = addresses.values()
        account = make_mail_account(house.okean.organisation, port=address.port)
        batch = start(account)

        send(account, worker)

    account.refresh_from_db()
    assert account.stopped_reason == "cert_unknown_ca"
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]
