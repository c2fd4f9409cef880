"""Tests: the same engine and the same code paths, quick password hashing."""

from zhkh.settings.base import *

SECRET_KEY = "only-for-tests-and-never-for-anything-else-0123456789"  # noqa: S105 (not a secret)
FIELD_KEYS = ["dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk="]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
CELERY_BROKER_URL = "memory://"
