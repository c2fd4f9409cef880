"""`python -m smtp_tunnel stunnel.conf` and, through `zhkh tunnel`, the same for the program."""

from __future__ import annotations

import argparse
import contextlib
import logging
import logging.handlers
import sys
from collections.abc import Iterator

from smtp_tunnel.conf import ConfigError
from smtp_tunnel.config import TunnelConfig, read_config
from smtp_tunnel.listener import ListenError
from smtp_tunnel.options import OPTIONS, Verdict
from smtp_tunnel.service import describe
from smtp_tunnel.supervise import run
from smtp_tunnel.tunnel import Tunnel

DONE, BAD_INPUT, NOT_POSSIBLE_NOW = 0, 2, 3
LEVELS = {7: logging.DEBUG, 6: logging.INFO, 5: logging.INFO, 4: logging.WARNING, 3: logging.ERROR}


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 stopped by a signal, 2 bad configuration, 3 an address cannot be used."""
    arguments = _parser().parse_args(argv)
    if arguments.options:
        _print_options()
        return DONE
    if arguments.config is None:
        _complain("не указан файл настроек. Пример: python -m smtp_tunnel stunnel.conf")
        return BAD_INPUT
    try:
        config = read_config(arguments.config)
        if arguments.check:
            return _check(config)
        with _log_of(config):
            run(config, announce=_say)
    except ConfigError as error:
        _complain(str(error))
        return BAD_INPUT
    except ListenError as error:
        _complain(str(error))
        return NOT_POSSIBLE_NOW
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="smtp_tunnel",
        description="TLS-туннель к почтовому серверу по файлу stunnel.conf (разделы client = yes).",
    )
    parser.add_argument("config", nargs="?", metavar="CONFIG", help="файл stunnel.conf")
    parser.add_argument("--check", action="store_true", help="только проверить файл")
    parser.add_argument(
        "--options", action="store_true", help="показать, какие настройки stunnel действуют"
    )
    return parser


def _check(config: TunnelConfig) -> int:
    """The file, its certificates and keys; nothing is bound, nobody is called."""
    Tunnel(config)
    for service in config.services:
        for line in describe(service):
            _say(line)
    for warning in config.warnings:
        _say(f"предупреждение: {warning}")
    return DONE


def _print_options() -> None:
    for verdict in Verdict:
        _say(f"{verdict.value}:")
        for option in sorted(OPTIONS.values(), key=lambda option: option.name.lower()):
            if option.verdict is verdict:
                name = f";! {option.name[1:]}" if option.name.startswith("!") else option.name
                _say(f"  {name}" + (f" — {option.remark}" if option.remark else ""))


@contextlib.contextmanager
def _log_of(config: TunnelConfig) -> Iterator[None]:
    """To stderr, or to the file of `output`, which may be renamed while we run."""
    handler: logging.Handler = logging.StreamHandler()
    if config.output:
        mode = "w" if config.overwrite_output else "a"
        try:
            handler = logging.handlers.WatchedFileHandler(config.output, mode, encoding="utf-8")
        except OSError as error:
            why = error.strerror or str(error)
            raise ConfigError(
                [f"{config.path}: output: журнал {config.output} не открывается ({why})"]
            ) from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("smtp_tunnel")
    logger.addHandler(handler)
    logger.setLevel(LEVELS.get(config.debug, logging.CRITICAL))
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


def _say(line: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
