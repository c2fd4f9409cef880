"""Settings shared by every way to run the program."""

from pathlib import Path

from zhkh.settings import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = env.path("ZHKH_VAR", BASE_DIR / "var")

SECRET_KEY = env.text("ZHKH_SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = [host for host in env.text("ZHKH_HOSTS").split(",") if host]
USE_X_FORWARDED_HOST = False

# Key or keys (comma-separated, the first encrypts) for passwords kept in the database.
FIELD_KEYS = [key for key in env.text("ZHKH_FIELD_KEYS").split(",") if key]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "zhkh.web",
    "zhkh.runs",
    "accounts_registry",
    "accounts_registry.ledger",
    "charges",
    "charges.corrections",
    "payment_docs",
    "mailing",
    "cashdesk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhkh.web.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zhkh.web.middleware.UserLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "zhkh.urls"
WSGI_APPLICATION = "zhkh.wsgi.application"

_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "zhkh.web.templatetags.zhkh",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhkh.web.context.shell",
            ],
        },
    }
]
COTTON_DIR = "components"

DATABASES = {"default": env.database(env.text("ZHKH_DATABASE_URL", "postgresql:///zhkh"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "web.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:home"
CSRF_FAILURE_VIEW = "zhkh.web.errors.csrf_failure"
LOGOUT_REDIRECT_URL = "web:login"

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("uk", "Українська"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = (
    False  # data-* attributes must stay machine-readable; money goes through |money
)
TIME_ZONE = "Europe/Moscow"
USE_TZ = True

# The demo and training courses stand on a day of the past; None is the real today.
TRAINING_DAY = env.day("ZHKH_TRAINING_DAY")

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The broker is a doorbell: jobs are rows in PostgreSQL, lost or doubled messages change nothing.
CELERY_BROKER_URL = env.text("ZHKH_BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Every minute the worker itself looks for work whose ring or whose worker was lost.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": 60, "options": {"expires": 55}}
    for task in (
        "charges.tasks.sweep",
        "charges.corrections.tasks.sweep",
        "payment_docs.tasks.sweep",
        "mailing.tasks.sweep",
        "zhkh.audits.tasks.sweep",
    )
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_IMPORTS = ["zhkh.audits.tasks"]  # wiring, no application of its own

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
