"""Mail passwords at rest: sealed with the keys of settings.FIELD_KEYS, the first one seals."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from zhkh.kernel.refusal import Refusal


class SecretLost(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "Сохранённый пароль нельзя прочитать: ключ шифрования другой. Введите пароль заново."
        )


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """:raises SecretLost: no key of the settings opens it."""
    if not sealed:
        return ""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SecretLost from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
