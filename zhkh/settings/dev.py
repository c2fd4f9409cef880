"""Development and demo on one machine: keys are made once and kept in the folder of variable data."""

import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from zhkh.settings.base import *
from zhkh.settings.base import FIELD_KEYS as _field_keys
from zhkh.settings.base import SECRET_KEY as _secret_key
from zhkh.settings.base import VAR_DIR


def _kept(name: str, fresh: str) -> str:
    """The value kept in `var/`, written on first use, readable by the owner only."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    file: Path = VAR_DIR / name
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(fresh)
    return file.read_text().strip()


DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
SECRET_KEY = _secret_key or _kept("secret-key", secrets.token_urlsafe(50))
FIELD_KEYS = _field_keys or [_kept("field-key", Fernet.generate_key().decode())]
WHITENOISE_USE_FINDERS = True
