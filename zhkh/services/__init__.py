"""
The services a checkout runs on: its database and its broker, started when nobody gave others.

The only door for the rest of the program; nothing here knows Django.
"""

import dataclasses
import os
from pathlib import Path

from zhkh.services.background import (
    background_names,
    background_state,
    start_background,
    stop_background,
)
from zhkh.services.broker import NAME as BROKER
from zhkh.services.broker import ensure_broker, stop_broker
from zhkh.services.place import log_file, var_folder
from zhkh.services.postgres import (
    PostgresAddress,
    ensure_postgres,
    postgres_state,
    stop_postgres,
)
from zhkh.services.refusal import ServiceRefusal

__all__ = [
    "PostgresAddress",
    "ServiceLine",
    "ServiceRefusal",
    "Services",
    "background_names",
    "background_state",
    "describe",
    "ensure_broker",
    "ensure_postgres",
    "ensure_services",
    "postgres_state",
    "start_background",
    "stop_background",
    "stop_broker",
    "stop_postgres",
    "stop_services",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Services:
    """Addresses the program works with, and the variables that hand them to a process."""

    database_url: str
    database_owner_url: str
    broker_url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ZHKH_DATABASE_URL": self.database_url,
            "ZHKH_DATABASE_OWNER_URL": self.database_owner_url,
            "ZHKH_BROKER_URL": self.broker_url,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service for a person: its Russian name, whether it runs, where to look."""

    name: str
    is_running: bool
    detail: str


def ensure_services(var: Path | None = None) -> Services:
    """
    Database and broker, given by `ZHKH_DATABASE_URL`, `ZHKH_BROKER_URL` or started here.

    A given database without `ZHKH_DATABASE_OWNER_URL` is migrated by the same role.

    :raises ServiceRefusal: one of them cannot be started; the sentence says why.
    """
    given = os.environ.get("ZHKH_DATABASE_URL")
    if given:
        owner = os.environ.get("ZHKH_DATABASE_OWNER_URL") or given
        return Services(given, owner, ensure_broker(var))
    own = ensure_postgres(var)
    return Services(own.app_url, own.owner_url, ensure_broker(var))


def stop_services(var: Path | None = None) -> list[str]:
    """
    End everything this folder runs and nothing of another's: the database last.

    Returns the Russian names of what was running.
    """
    programs = [name for name in background_names(var) if name != BROKER]
    stopped = [title(name) for name in programs if stop_background(name, var=var)]
    if stop_broker(var):
        stopped.append(title(BROKER))
    if stop_postgres(var):
        stopped.append(title("postgres"))
    return stopped


def describe(var: Path | None = None) -> list[ServiceLine]:
    """Database, broker, then whatever else this folder has started."""
    return [
        _database_line(var_folder(var)),
        _broker_line(var),
        *(_background_line(name, var) for name in background_names(var) if name != BROKER),
    ]


def title(name: str) -> str:
    """The service's name for a person; unknown ones keep their own."""
    known = {
        "postgres": "база данных PostgreSQL",
        BROKER: "очередь заданий",
        "web": "веб-сервер",
        "worker": "исполнитель заданий",
        "mail-worker": "отправщик писем",
        "tunnel": "почтовый туннель",
        "mail-server": "почтовый сервер примера",
    }
    return known.get(name, name)


def _database_line(var: Path) -> ServiceLine:
    if os.environ.get("ZHKH_DATABASE_URL"):
        return ServiceLine(title("postgres"), is_running=True, detail="из ZHKH_DATABASE_URL")
    state = postgres_state(var)
    if state.data is None:
        detail = "ещё не создана"
    elif state.pid is None:
        detail = f"данные: {state.data}, журнал: {log_file(var, 'postgres')}"
    else:
        detail = f"процесс {state.pid}, данные: {state.data}"
    return ServiceLine(title("postgres"), is_running=state.pid is not None, detail=detail)


def _broker_line(var: Path | None) -> ServiceLine:
    if os.environ.get("ZHKH_BROKER_URL"):
        return ServiceLine(title(BROKER), is_running=True, detail="из ZHKH_BROKER_URL")
    return _background_line(BROKER, var)


def _background_line(name: str, var: Path | None) -> ServiceLine:
    state = background_state(name, var=var)
    process = f"процесс {state.pid}, " if state.pid else ""
    return ServiceLine(title(name), state.pid is not None, f"{process}журнал: {state.log}")
