"""Mistakes in stunnel.conf: one sentence each, with the line and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tunnel.conf import ConfigError
from smtp_tunnel.config import read_config
from tests.smtp_tunnel.upstream import BASE


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            BASE.replace(":465", ":465 ; mail"),
            (
                "conf:4: connect: комментарий в конце строки стал частью значения."
                " Оставьте «connect = smtp.yandex.ru:465», комментарий перенесите"
                " на отдельную строку"
            ),
        ),
        (
            BASE + "conect = x:1\n",
            "conf:5: неизвестная настройка «conect». Исправьте имя или уберите строку",
        ),
        (
            BASE + ";! onFail = reply\n",
            "conf:5: неизвестная настройка «onFail». Исправьте имя или уберите строку",
        ),
        (
            BASE + ";! важно\n",
            "conf:5: после «;!» ожидается «имя = значение». Для обычного комментария уберите «!»",
        ),
        (
            BASE + "yes\n",
            (
                "conf:5: в строке «yes» нет знака «=». Пишите «имя = значение»,"
                " комментарий начинайте с «;»"
            ),
        ),
        (
            BASE + "[next\n",
            "conf:5: имя раздела «[next» не закрыто. Добавьте «]» в конец строки",
        ),
        (BASE + "sni = " + "x" * 17000, "conf:5: строка длиннее 16 КиБ. Разделите её"),
        (
            BASE + "include = нет\n",
            "папка include",
        ),
        (
            BASE.replace("client = yes\n", ""),
            (
                "conf:1: [smtp] — серверный режим, а туннель работает клиентом."
                " Добавьте в раздел строку «client = yes»"
            ),
        ),
        (
            BASE.replace("yes", "no"),
            "conf:2: client: туннель работает только клиентом. Напишите «client = yes»",
        ),
        (
            BASE.replace("yes", "да"),
            "conf:2: client: туннель работает только клиентом. Напишите «client = yes»",
        ),
        (
            BASE.replace("accept = 127.0.0.1:2525\n", ""),
            "conf:1: [smtp] не слушает ничего. Добавьте строку «accept = 127.0.0.1:2525»",
        ),
        (
            BASE.replace("connect = smtp.yandex.ru:465\n", ""),
            (
                "conf:1: [smtp] не знает почтового сервера."
                " Добавьте строку «connect = smtp.yandex.ru:465»"
            ),
        ),
        (
            BASE.replace(":465", ":0"),
            "conf:4: connect: порт 0 не бывает портом сервера. Например: smtp.yandex.ru:465",
        ),
        (
            BASE + "protocol = smtp\n",
            (
                "conf:5: protocol: на порту 465 TLS начинается сразу, STARTTLS там нет."
                " Уберите строку protocol или укажите порт 587"
            ),
        ),
        (
            BASE + "protocol = nntp\n",
            "conf:5: protocol: «nntp» не поддерживается. Можно: smtp, pop3, imap",
        ),
        (
            BASE + "TIMEOUTidle = soon\n",
            "conf:5: TIMEOUTidle: «soon» не подходит. Нужно целое число от 1",
        ),
        (BASE + "reset = да\n", "conf:5: reset: «да» непонятно. Напишите yes или no"),
        (
            BASE + "failover = any\n",
            "conf:5: failover: «any» не поддерживается. Можно: prio, rr",
        ),
        (
            BASE + "CAfile = /no/such.pem\n",
            "conf:5: CAfile: нет файла «/no/such.pem». Исправьте путь или уберите строку",
        ),
        (
            BASE + "checkIP = smtp.yandex.ru\n",
            "conf:5: checkIP: «smtp.yandex.ru» — не IP-адрес. Имя сервера пишут в checkHost",
        ),
        (
            BASE + "sslVersion = SSLv3\n",
            "conf:5: sslVersion: «SSLv3» не поддерживается. Можно: TLSv1.2, TLSv1.3, all",
        ),
        (
            BASE + "sslVersionMax = TLSv1\n",
            "conf:5: sslVersionMax: наибольшая версия меньше наименьшей (по умолчанию — TLSv1.2)",
        ),
        (
            BASE + "local = myhost\n",
            "conf:5: local: «myhost» — не IP-адрес этого компьютера",
        ),
        (
            BASE + "socket = nodelay\n",
            "conf:5: socket: «nodelay» непонятно. Пример: l:TCP_NODELAY=1",
        ),
        (
            BASE + "output = stunnel.log\n",
            "conf:5: output относится ко всему файлу. Перенесите строку выше первого раздела",
        ),
        (
            "output = stunnel.log\n" + BASE,
            "conf:1: output: нужен полный путь. Например: /var/log/stunnel.log",
        ),
        (
            "output = /no/such/folder/stunnel.log\n" + BASE,
            "conf:1: output: нет папки «/no/such/folder». Создайте её или исправьте путь",
        ),
        (
            "debug = loud\n" + BASE,
            (
                "conf:1: debug: «loud» непонятно. Нужно число 0–7 или emerg, alert, crit, err,"
                " warning, notice, info, debug"
            ),
        ),
        (
            "fips = yes\n" + BASE,
            "conf:1: fips: режим FIPS не поддерживается. Напишите no или уберите строку",
        ),
        (
            BASE.replace("smtp.yandex.ru:465", "/run/x.sock"),
            (
                "conf:1: [smtp] соединяется с сокетом Unix: неизвестно, чьим должен быть"
                " сертификат. Добавьте «checkHost = имя сервера»"
            ),
        ),
    ],
)
def test_each_mistake_has_one_sentence_with_its_line(complaints, text, problem):
    found = complaints(text)

    assert len(found) == 1
    assert problem in found[0] if "include" in problem else found == [problem]


def test_all_mistakes_are_told_at_once(complaints):
    assert len(complaints("[a]\naccept = x\nverify = 0\n[a]\nclient = yes\nfoo = 1\n")) == 8


def test_empty_file_shows_an_example(complaints):
    assert complaints("; nothing\n") == [
        (
            "conf: нет ни одного раздела. Пример:\n"
            "[smtp]\nclient = yes\naccept = 127.0.0.1:2525\nconnect = smtp.yandex.ru:465"
        )
    ]


def test_missing_file_is_named():
    with pytest.raises(ConfigError) as refused:
        read_config(Path("/no/such.conf"))

    assert str(refused.value) == (
        "/no/such.conf: файл настроек не читается (No such file or directory). Проверьте путь"
    )
