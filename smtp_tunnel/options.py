"""Every stunnel option we know: run it, note it (accepted, without effect) or refuse it."""

from __future__ import annotations

import dataclasses
from enum import Enum


class Verdict(Enum):
    RUN = "исполняется"
    NOTE = "принимается без действия"
    REFUSE = "отклоняется"


class Scope(Enum):
    """Where stunnel allows the option. Service options before the first section are defaults."""

    WHOLE_FILE = "весь файл"
    SERVICE = "раздел"
    BOTH = "файл или раздел"


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    name: str
    verdict: Verdict
    scope: Scope = Scope.SERVICE
    remark: str = ""  # for NOTE: what does not happen; for REFUSE: why and what to do instead


def _table(*options: Option) -> dict[str, Option]:
    return {option.name.lower(): option for option in options}


def _run(scope: Scope, names: str) -> list[Option]:
    return [Option(name, Verdict.RUN, scope) for name in names.split()]


def _note(scope: Scope, names: str, remark: str) -> list[Option]:
    return [Option(name, Verdict.NOTE, scope, remark) for name in names.split()]


def _refuse(names: str, remark: str) -> list[Option]:
    return [Option(name, Verdict.REFUSE, Scope.BOTH, remark) for name in names.split()]


_NO_OCSP = "отзыв по OCSP не проверяется; для проверки отзыва укажите CRLfile"
_NO_ROOT = (
    "права не сбрасываются; запускайте туннель от отдельного пользователя"
    " (образец — deploy/zhkh-tunnel@.service)"
)
_FOREGROUND = "туннель всегда работает на переднем плане; в фон его ставит systemd"
_TRAY = "значок в области уведомлений есть только в Windows"
_NO_LOGIN = (
    "вход на сервер выполняет почтовая программа, а не туннель."
    " Уберите строку и укажите логин и пароль в учётной записи почты"
)
_SERVER = "это для серверного режима stunnel, а туннель работает только клиентом. Уберите строку"

OPTIONS: dict[str, Option] = _table(
    *_run(Scope.WHOLE_FILE, "output log"),
    *_run(Scope.BOTH, "debug"),
    *_run(Scope.SERVICE, "client accept connect failover protocol protocolHost sni"),
    *_run(Scope.SERVICE, "verify verifyChain verifyPeer checkHost checkIP"),
    *_run(Scope.SERVICE, "CAfile CApath CRLfile CRLpath cert key"),
    *_run(Scope.SERVICE, "sslVersion sslVersionMin sslVersionMax ciphers securityLevel options"),
    *_run(Scope.SERVICE, "sessionResume sessionCacheSize sessionCacheTimeout"),
    *_run(Scope.SERVICE, "TIMEOUTbusy TIMEOUTconnect TIMEOUTidle TIMEOUTclose"),
    *_run(Scope.SERVICE, "reset socket local"),
    *_run(Scope.SERVICE, "!onFailure"),
    *_run(Scope.WHOLE_FILE, "!drain !maxConnections"),
    *_note(Scope.SERVICE, "delay", "имя сервера и так определяется при каждом соединении"),
    *_note(Scope.SERVICE, "OCSP OCSPaia OCSPrequire OCSPflag OCSPnonce TIMEOUTocsp", _NO_OCSP),
    *_note(
        Scope.SERVICE,
        "ciphersuites curves curve",
        "Python не умеет задавать это для TLS 1.3; действует выбор OpenSSL",
    ),
    *_note(Scope.SERVICE, "retry", "повтор нужен только программам (exec), а не соединениям"),
    *_note(Scope.SERVICE, "libwrap", "hosts.allow и hosts.deny не читаются"),
    *_note(Scope.SERVICE, "ident", "запрос ident не выполняется"),
    *_note(Scope.SERVICE, "renegotiation stack logId", "на работу туннеля не влияет"),
    *_note(Scope.SERVICE, "config", "команды OpenSSL SSL_CONF не исполняются"),
    *_note(Scope.SERVICE, "requireCert", "относится к сертификатам клиентов сервера"),
    *_note(Scope.WHOLE_FILE, "compression", "сжатие TLS небезопасно и всегда выключено"),
    *_note(Scope.WHOLE_FILE, "RNDbytes RNDfile RNDoverwrite EGD", "случайные числа даёт система"),
    *_note(Scope.WHOLE_FILE, "syslog", "журнал пишется в stderr или в файл строки output"),
    *_note(Scope.BOTH, "service", "имя службы для syslog не используется"),
    *_note(Scope.WHOLE_FILE, "foreground", _FOREGROUND),
    *_note(
        Scope.WHOLE_FILE, "pid", "файл с номером процесса не создаётся; за процессом следит systemd"
    ),
    *_note(Scope.BOTH, "setuid setgid", _NO_ROOT),
    *_note(Scope.WHOLE_FILE, "chroot", _NO_ROOT),
    *_note(Scope.WHOLE_FILE, "taskbar iconActive iconError iconIdle", _TRAY),
    Option("fips", Verdict.RUN, Scope.WHOLE_FILE),
    *_refuse(
        "protocolUsername protocolPassword protocolAuthentication protocolDomain protocolHeader",
        _NO_LOGIN,
    ),
    *_refuse("checkEmail", "у почтового сервера нет адреса e-mail в сертификате. Нужен checkHost"),
    *_refuse("CAstore", "хранилища OpenSSL недоступны. Укажите CAfile или уберите строку"),
    *_refuse("transparent", "прозрачный режим не поддерживается. Уберите строку"),
    *_refuse("exec execArgs pty", "туннель не запускает программы. Укажите connect = сервер:порт"),
    *_refuse("redirect sessiond", _SERVER),
    *_refuse("ticketKeySecret ticketMacSecret", _SERVER),
    *_refuse(
        "engine engineCtrl engineDefault engineId engineNum provider providerParameter"
        " setProviderProperty",
        "дополнительные модули OpenSSL не загружаются. Укажите cert и key файлами PEM",
    ),
    *_refuse(
        "PSKidentity PSKsecrets",
        "общие ключи вместо сертификатов не поддерживаются. Уберите строку",
    ),
)
