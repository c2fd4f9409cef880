"""Typed reading of the environment; a wrong value stops the program with a sentence."""

import datetime as dt
import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """
    A yes-or-no variable.

    :raises ImproperlyConfigured: the value is neither.
    """
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: ожидается 1 или 0.")


def path(name: str, default: Path) -> Path:
    value = os.environ.get(name)
    return Path(value) if value else default


def day(name: str) -> dt.date | None:
    """
    A date as 2013-08-05, None when the variable is absent.

    :raises ImproperlyConfigured: it is not a date.
    """
    value = os.environ.get(name)
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={value!r}: ожидается дата вида 2013-08-05.") from error


def database(url: str) -> dict[str, object]:
    """
    Django's settings of one PostgreSQL connection from its URL.

    A socket folder comes as `?host=/path`, as libpq writes it.

    :raises ImproperlyConfigured: the URL is not of PostgreSQL or names no database.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ImproperlyConfigured(
            f"Адрес базы данных {url!r} не годится: нужен вид "
            "postgresql://пользователь:пароль@сервер:порт/база."
        )
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [unquote(parts.hostname or "")])[0],
        "PORT": str(parts.port or query.get("port", [""])[0]),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
