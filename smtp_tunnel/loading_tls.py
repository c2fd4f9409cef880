"""The TLS options of a section: versions, ciphers, client certificate, sessions."""

from __future__ import annotations

import ssl

from smtp_tunnel.conf import Line
from smtp_tunnel.service import Tls
from smtp_tunnel.values import Values

VERSIONS = {
    "tlsv1": ssl.TLSVersion.TLSv1,
    "tlsv1.1": ssl.TLSVersion.TLSv1_1,
    "tlsv1.2": ssl.TLSVersion.TLSv1_2,
    "tlsv1.3": ssl.TLSVersion.TLSv1_3,
}
OLD = {ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1}
ANY = {"all", "any", "sslv23"}


def load_tls(values: Values, warnings: list[str]) -> Tls:
    minimum, maximum = _versions(values, warnings)
    switched_on, switched_off = _options(values, warnings)
    sni = values.last("sni") or values.last("protocolHost")
    certificate = values.file("cert")
    level = values.last("securityLevel")
    return Tls(
        minimum=minimum,
        maximum=maximum,
        ciphers=values.text("ciphers"),
        security_level=values.number("securityLevel", 2) if level else None,
        set_options=switched_on,
        clear_options=switched_off,
        certificate=certificate,
        key=values.file("key"),
        sni=sni.value if sni else None,
        keep_sessions=values.yes("sessionResume", default=True),
        sessions=values.number("sessionCacheSize", 1000),
        session_seconds=values.number("sessionCacheTimeout", 300),
    )


def _versions(values: Values, warnings: list[str]) -> tuple[ssl.TLSVersion, ssl.TLSVersion]:
    lowest, highest = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED
    only = _version(values, values.last("sslVersion"))
    low = _version(values, values.last("sslVersionMin")) or only or lowest
    high = _version(values, values.last("sslVersionMax")) or only or highest
    if low in OLD:
        line = values.last("sslVersionMin") or values.last("sslVersion")
        where = line.where if line else ""
        warnings.append(f"{where}: разрешён устаревший TLS. Обновите почтовый сервер")
    if high is not highest and high < low:
        line = values.last("sslVersionMax")
        if line:
            values.refuse(line, "наибольшая версия меньше наименьшей (по умолчанию — TLSv1.2)")
    return low, high


def _version(values: Values, line: Line | None) -> ssl.TLSVersion | None:
    if line is None or line.value.lower() in ANY:
        return None
    version = VERSIONS.get(line.value.lower())
    if version is None:
        values.refuse(line, f"«{line.value}» не поддерживается. Можно: TLSv1.2, TLSv1.3, all")
    return version


def _options(values: Values, warnings: list[str]) -> tuple[int, int]:
    """`options = NAME` sets an OpenSSL flag, `-NAME` clears it; flags Python lacks are noted."""
    switched_on = switched_off = 0
    for line in values.every("options"):
        name = line.value.removeprefix("-").strip()
        flag = getattr(ssl, f"OP_{name.upper().removeprefix('SSL_OP_')}", None)
        if flag is None:
            warnings.append(
                f"{line.where}: options: {name} неизвестно этой версии Python, пропущено"
            )
        elif line.value.startswith("-"):
            switched_off |= int(flag)
        else:
            switched_on |= int(flag)
    return switched_on, switched_off
