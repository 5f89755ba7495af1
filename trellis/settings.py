"""Settings, read from the environment once. Defaults are safe for production; `.env.example` explains each variable."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ

from trellis import hardening, logs

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")
TESTING = "pytest" in sys.modules

# Who we are to the outside
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRELLIS_SECURE = env.bool("TRELLIS_SECURE", default=True)
TRELLIS_PAGES_URL = env.str("TRELLIS_PAGES_URL", default="http://localhost:8000").rstrip("/")
TRELLIS_INGRESS_URL = env.str("TRELLIS_INGRESS_URL", default="http://localhost:8001").rstrip("/")
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
TRELLIS_API_POINTS = env.int("TRELLIS_API_POINTS", default=600)

# Ingress: how a click is kept
TRELLIS_NODE = env.int("TRELLIS_NODE", default=0)
TRELLIS_CLICK_KEY = env.str("TRELLIS_CLICK_KEY", default="")
TRELLIS_SPOOL_DIR = Path(env.str("TRELLIS_SPOOL_DIR", default=str(BASE_DIR / ".data" / "spool")))
TRELLIS_SPOOL_FSYNC = env.str("TRELLIS_SPOOL_FSYNC", default="batch")
TRELLIS_SPOOL_MAX_BYTES = env.int("TRELLIS_SPOOL_MAX_BYTES", default=10 * 1024**3)
TRELLIS_KEPT_HEADERS = env.list("TRELLIS_KEPT_HEADERS", default=[])
TRELLIS_GEOIP_PATH = env.str("TRELLIS_GEOIP_PATH", default="")
TRELLIS_WEBHOOKS_PRIVATE = env.bool("TRELLIS_WEBHOOKS_PRIVATE", default=False)

INSTALLED_APPS = [
    "trellis",
    "apps.accounts",
    "apps.ingress",
    "apps.campaigns",
    "apps.attribution",
    "apps.analytics",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "clickhouse_backend",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "csp",
]

MIDDLEWARE = [
    # First, so that a tracked link is answered before anything else costs time.
    "apps.ingress.middleware.TrackedLinks",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "trellis.hardening.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.NotedChanges",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.sessions.SessionsSeen",
    "apps.accounts.warden.own_account.kept",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.accounts.middleware.CurrentMember",
    "django_structlog.middlewares.RequestMiddleware",
    "trellis.problems.wrong_method",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "trellis.urls"
WSGI_APPLICATION = "trellis.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.accounts.context.memberships",
            ],
            "builtins": ["trellis.templatetags.trellis"],
        },
    }
]

# Stores
_clickhouse = urlsplit(env.str("CLICKHOUSE_URL", default="clickhouse://default@localhost:9000/trellis"))
CLICKHOUSE_OPTIONS = {
    "connections_min": 1,
    "connect_timeout": 3,
    "send_receive_timeout": 60,
    "settings": {"mutations_sync": 1},
}
DATABASES = {
    "default": env.db("DATABASE_URL", default="postgres://trellis@localhost:5432/trellis"),
    "clickhouse": {
        "ENGINE": "clickhouse_backend.backend",
        "HOST": _clickhouse.hostname or "localhost",
        "PORT": _clickhouse.port or 9000,
        "USER": _clickhouse.username or "default",
        "PASSWORD": _clickhouse.password or "",
        "NAME": _clickhouse.path.lstrip("/") or "trellis",
        "OPTIONS": CLICKHOUSE_OPTIONS,
        "TEST": {"fake_transaction": True},
    },
}
DATABASES["default"] |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60), "CONN_HEALTH_CHECKS": True}
# A cursor on the server that was left half read is closed by the garbage collector, and waits for the query it interrupts for ever.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 3
DATABASE_ROUTERS = ["trellis.router.ClickHouseRouter"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # the largest rule there may be, 200 conditions to 100 destinations, sends 1,420
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# Celery: the spool, not the broker, is what guarantees; so what a dead worker had fetched comes back soon.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"apps.ingress.tasks.store_segment": {"queue": "store"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300, "socket_connect_timeout": 3, "socket_timeout": 30}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 240  # for a database that never answers; below the visibility timeout, or it would run twice

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:  # argon2 is slow on purpose; tests sign in a few hundred times
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("ACCOUNT_EMAIL_VERIFICATION", default="mandatory")
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "apps.accounts.forms.SignUp"
SOCIALACCOUNT_ADAPTER = "apps.accounts.warden.sign_in.WardenAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # who came by Warden; a password still wants a confirmed address
MFA_ADAPTER = "apps.accounts.adapter.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Trellis"
TRELLIS_STAFF_SECOND_FACTOR = env.bool("TRELLIS_STAFF_SECOND_FACTOR", default=not DEBUG)
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Trellis <noreply@localhost>")

# Pages
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static" / "build"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG
TIME_ZONE = "UTC"

# Security
CONTENT_SECURITY_POLICY = hardening.CONTENT_SECURITY_POLICY
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TRELLIS_SECURE
# With this name a browser takes a cookie from this host alone, over TLS: no subdomain can plant one.
_HOST = "__Host-" if TRELLIS_SECURE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST}sessionid", f"{_HOST}csrftoken"
CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the page
FILE_UPLOAD_HANDLERS = hardening.UPLOAD_HANDLERS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if TRELLIS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TRELLIS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.accounts.api.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.api.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.accounts.rate_limits.PointsOfKey"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "trellis.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    # Else the schema takes one from the query, and writes it into a header.
    "ALLOWED_VERSIONS": ["1"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Trellis API",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {"CampaignStatusEnum": "apps.campaigns.models.campaigns.Status.values"},
}

# Logs: one JSON object a line, with the request's id, whoever writes it
LOGGING = logs.written(level=env.str("LOG_LEVEL", default="INFO"))
logs.configure()
