"""Production: everything comes from the environment; what is missing stops the start."""

from django.core.exceptions import ImproperlyConfigured

from zhkh.settings.base import *
from zhkh.settings.base import ALLOWED_HOSTS, FIELD_KEYS, SECRET_KEY

for _name, _value in (
    ("ZHKH_SECRET_KEY", SECRET_KEY),
    ("ZHKH_FIELD_KEYS", FIELD_KEYS),
    ("ZHKH_HOSTS", ALLOWED_HOSTS),
):
    if not _value:
        raise ImproperlyConfigured(f"Задайте переменную окружения {_name}.")

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
