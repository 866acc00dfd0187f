"""All settings of Easel, read from the environment (docs/configuration.md lists the names)."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django_stubs_ext
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from kombu import Exchange, Queue

from project import env

# Lets generic classes such as ModelAdmin[Row] be written at run time as the type checker knows them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "data")
# Database, pictures and logs: nobody else on the machine has any business there.
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
SPOOL_DIR = env.folder("SPOOL_DIR", DATA_DIR / "spool")

TESTING = env.flag("EASEL_TESTING")
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.kept_secret("SECRET_KEY", DATA_DIR)
# Seals provider keys at rest. Not derived from SECRET_KEY, so that rotating one leaves the other alone.
FIELD_KEY = env.kept_secret("FIELD_KEY", DATA_DIR, lambda: Fernet.generate_key().decode())

HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, least=1, most=65535)
BASE_URL = env.address("BASE_URL", f"http://{HOST}:{PORT}", ["http", "https"]).rstrip("/")
HTTPS = BASE_URL.startswith("https://")
# This machine's own names always: its health checks ask by them.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS += env.words("ALLOWED_HOSTS", [HOST, urlsplit(BASE_URL).hostname or HOST])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [BASE_URL] if HTTPS else [])

# --- the application ---
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_filters",
    "csp",
    "storages",
    "images_app",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "images_app.lib.private.PrivateMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "images_app.audit.context.AuditMiddleware",
    "images_app.people.looking_middleware.LookingMiddleware",
    "images_app.teams.welcome.FirstStartMiddleware",
    "images_app.teams.sessions.SeenMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "images_app.jobs.context.shell",
                "images_app.notices.context.notices",
                "images_app.cases.context.desk",
            ],
            "builtins": ["images_app.lib.drawing", "images_app.lib.attention", "images_app.asks.context"],
        },
    },
]
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database ---
DATABASE_URL = env.address(
    "DATABASE_URL", f"sqlite:///{DATA_DIR / 'easel.sqlite3'}", ["postgres", "postgresql", "sqlite"]
)


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: a commit that a power cut takes back is a call that is made, and paid, twice.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
            # A file, so that threads and processes of one test see the same rows.
            "TEST": {"NAME": f"{unquote(parts.path)}.test"},
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,  # else every connection of the pool errs once after a restart of the server
        "OPTIONS": {
            # Hundreds of waiting threads share a few connections: none is held while a call is in flight.
            # A worker's heartbeat and its poll keep one each.
            "pool": {"min_size": 0, "max_size": env.number("DATABASE_POOL", 12, least=4), "timeout": 20},
            # synchronous_commit whatever the server's default: a call is made only once its row is safe.
            "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c statement_timeout=60s"
            " -c synchronous_commit=on",
            "connect_timeout": 5,
            # A server that vanished without a word (failover, a cut cable) is noticed in half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
        },
    }


DATABASES = {"default": _database(DATABASE_URL)}

# --- Redis and Celery: a message is a hint, the database is the truth --------------------------------------------
REDIS_URL = env.address(
    "REDIS_URL",
    env.noted("REDIS_URL", DATA_DIR) or "redis://127.0.0.1:6379/0",
    ["redis", "rediss", "unix"],
)
# Tries at the door, counted over all web processes.
CACHES = {
    "default": {
        "BACKEND": "images_app.lib.counts.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "easel:counts",
    }
}
GENERATE_CONCURRENCY = env.number("GENERATE_CONCURRENCY", 64, least=1, most=1000)
MEDIA_CONCURRENCY = env.number("MEDIA_CONCURRENCY", 2, least=1, most=64)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_DEFAULT_QUEUE = "upkeep"
# An exchange and a key each: with the defaults, every message would reach all three queues.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name) for name in ("generate", "media", "upkeep")
]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Cancels tasks acknowledged late, and ours never are: killing a paid call would lose money. False, though the default,
# makes Celery lecture the operator at every loss of Redis.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB; media children decode untrusted pictures
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_keepalive": True,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "health_check_interval": 15,
    "retry_on_timeout": True,
    # With it, an acknowledgement that Redis does not take is never made good (a worker with all its acknowledgements
    # open takes no more messages), and closing a lost connection with one open ends the worker.
    "ack_emulation": False,
}
CELERY_TASK_PUBLISH_RETRY = False  # a hint that cannot be sent is dropped; the idle poll finds the work
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 10, least=1)
TIDY_SECONDS = 3600
DEAF_SECONDS = env.number("DEAF_SECONDS", 60, least=1)  # Celery waits up to 32 s between two tries to connect
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "sweep": {"task": "jobs.sweep", "schedule": SWEEP_SECONDS, "options": {"queue": "upkeep", "expires": 30}},
    "adopt": {"task": "jobs.adopt", "schedule": SWEEP_SECONDS, "options": {"queue": "upkeep", "expires": 30}},
    "tidy": {"task": "jobs.tidy", "schedule": TIDY_SECONDS, "options": {"queue": "upkeep", "expires": 600}},
    "tell closed rounds": {
        "task": "galleries.tell_closed",
        "schedule": 60,
        "options": {"queue": "upkeep", "expires": 60},
    },
    "old refused prompts": {
        "task": "moderation.forget",
        "schedule": TIDY_SECONDS,
        "options": {"queue": "upkeep", "expires": 600},
    },
    "seal the audit log": {
        "task": "audit.seal",
        "schedule": 60,
        "options": {"queue": "upkeep", "expires": 60},
    },
    "asks": {"task": "asks.look", "schedule": 60, "options": {"queue": "upkeep", "expires": 60}},
    "end suspensions": {
        "task": "people.restore",
        "schedule": 60,
        "options": {"queue": "upkeep", "expires": 60},
    },
    "count hours": {
        "task": "oversight.count_hours",
        "schedule": 300,
        "options": {"queue": "upkeep", "expires": 300},
    },
    "count storage": {
        "task": "oversight.count_storage",
        "schedule": TIDY_SECONDS,
        "options": {"queue": "upkeep", "expires": 600},
    },
    "end teams": {
        "task": "teams.end",
        "schedule": TIDY_SECONDS,
        "options": {"queue": "upkeep", "expires": 600},
    },
    # A spare key is asked about at no cost; an endpoint that is away is asked again.
    "keys": {"task": "providers.look", "schedule": 30, "options": {"queue": "upkeep", "expires": 30}},
    "trials": {
        "task": "trials.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"queue": "upkeep", "expires": 30},
    },
    "flagged prompts to the desk": {
        "task": "cases.gather",
        "schedule": 60,
        "options": {"queue": "upkeep", "expires": 60},
    },
    # What became of presses, and letters: late ones, or two at once, do no harm.
    "look": {"task": "notices.look", "schedule": 15, "options": {"queue": "upkeep", "expires": 30}},
    "letters": {"task": "notices.deliver", "schedule": 60, "options": {"queue": "upkeep", "expires": 60}},
    "old notices": {
        "task": "notices.tidy",
        "schedule": TIDY_SECONDS,
        "options": {"queue": "upkeep", "expires": 600},
    },
}

# --- generation ---
IMAGE_API_BASE_URL = env.text("IMAGE_API_BASE_URL").rstrip("/")
IMAGE_API_KEY = env.text("IMAGE_API_KEY")
IMAGE_API_ALLOW_PRIVATE = env.flag("IMAGE_API_ALLOW_PRIVATE")
IMAGE_API_TIMEOUT = env.number("IMAGE_API_TIMEOUT", 600, least=1)
# Where the built-in demo endpoint listens, written down by bin/start.
DEMO_URL = env.text("DEMO_URL", env.noted("DEMO_URL", DATA_DIR))
DEMO_API_KEY = env.text("DEMO_API_KEY", env.noted("DEMO_API_KEY", DATA_DIR))
LEASE_SECONDS = env.number("LEASE_SECONDS", 60, least=1)
IDLE_POLL_SECONDS = env.number("IDLE_POLL_SECONDS", 2, least=1)
FAILPOINTS = env.text("FAIL") if TESTING else ""
STRIKE_DAYS = env.number("STRIKE_DAYS", 90, least=1, most=3650)
STRIKES_TO_SUSPEND = env.number("STRIKES_TO_SUSPEND", 0, most=1000)  # 0: nobody is, however many
REFUSED_PROMPT_DAYS = env.number("REFUSED_PROMPT_DAYS", 30, least=1)

# --- files ---
AWS_STORAGE_BUCKET_NAME = env.text("AWS_STORAGE_BUCKET_NAME")
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", DATA_DIR / "static")
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]


def _pictures(prefix: str) -> dict[str, Any]:
    """One storage for pictures: a bucket where one is named, files in DATA_DIR otherwise."""
    if not AWS_STORAGE_BUCKET_NAME:
        return {
            "BACKEND": "images_app.images.storage.DurableFileStorage",
            "OPTIONS": {"location": DATA_DIR / "media" / prefix, "base_url": None},
        }
    from botocore.config import Config

    return {
        "BACKEND": "images_app.images.storage.PrivateS3Storage",
        "OPTIONS": {
            "bucket_name": AWS_STORAGE_BUCKET_NAME,
            "location": prefix,
            "endpoint_url": env.raw("AWS_S3_ENDPOINT_URL"),
            "access_key": env.raw("AWS_ACCESS_KEY_ID"),
            "secret_key": env.raw("AWS_SECRET_ACCESS_KEY"),
            "region_name": env.text("AWS_S3_REGION_NAME", "us-east-1"),
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 300,
            "file_overwrite": True,
            "client_config": Config(
                signature_version="s3v4",
                s3={
                    "addressing_style": env.choice(
                        "AWS_S3_ADDRESSING_STYLE", ["auto", "path", "virtual"], "auto"
                    )
                },
                # Many S3-compatible stores refuse the newer checksum headers.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                retries={"max_attempts": 3, "mode": "standard"},
                connect_timeout=5,
                read_timeout=30,
            ),
        },
    }


STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "originals": _pictures("originals"),
    "previews": _pictures("previews"),
    "staticfiles": {"BACKEND": "images_app.lib.static.HashedStaticFiles"},
}
WHITENOISE_USE_FINDERS = TESTING  # tests read the sources; collecting and packing takes them half a minute
WHITENOISE_AUTOREFRESH = (
    TESTING  # and look for a file when it is asked for, not for all of them whenever a client is made
)
if TESTING:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# --- people ---
AUTH_USER_MODEL = "images_app.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a good one takes a second a person
# Pictures that anybody may look at, without an account.
PUBLIC_GALLERY = env.flag("PUBLIC_GALLERY")
# Whether a team may choose that its pictures hang there before anybody has looked.
PUBLISH_AT_ONCE = env.flag("PUBLISH_AT_ONCE")
SIGNUP = env.choice("SIGNUP", ["open", "invite", "closed"], "invite")
LINK_GUESTS = env.number("LINK_GUESTS", 200, least=1, most=5000)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "images_app.teams.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {"login": "images_app.teams.forms.LoginForm", "signup": "images_app.teams.forms.SignupForm"}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses nobody here has
USERSESSIONS_ADAPTER = "images_app.teams.traces.SessionsAdapter"
MFA_ADAPTER = "images_app.teams.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Easel"
MFA_TOTP_TOLERANCE = 1  # a clock half a minute off, or a slow hand
# Browsers themselves allow passkeys without HTTPS only on localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# Behind a proxy that is trusted, the tries at the door are counted by its caller's address, not by its own.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("TRUST_PROXY") else 0

# Single sign-on by OpenID Connect, where OIDC_ISSUER names a provider.
OIDC_ISSUER = env.address("OIDC_ISSUER", "", ["https", "http"]).rstrip("/")
OIDC_NAME = env.text("OIDC_NAME", "single sign-on")
OIDC_GROUPS_CLAIM = env.text("OIDC_GROUPS_CLAIM", "groups")
OIDC_GROUPS = env.seats("OIDC_GROUPS", ["admin", "member", "viewer"])
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": env.needed("OIDC_CLIENT_ID", "OIDC_ISSUER"),
                "secret": env.needed("OIDC_CLIENT_SECRET", "OIDC_ISSUER"),
                "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
            }
        ],
    }
SOCIALACCOUNT_ADAPTER = "images_app.teams.sso.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# A link and not a form: form-action would have to list every address a provider leads its people through.
SOCIALACCOUNT_LOGIN_ON_GET = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ADMIN_EMAIL = env.text("ADMIN_EMAIL")
ADMIN_PASSWORD = env.text("ADMIN_PASSWORD")
WELCOME_TOKEN_FILE = DATA_DIR / "secrets" / "welcome_token"

_mail = urlsplit(env.address("EMAIL_URL", "console://", ["smtp", "smtp+tls", "smtps", "console"]))
_mail_kind = "console" if _mail.scheme == "console" else "smtp"
EMAIL_BACKEND = f"django.core.mail.backends.{_mail_kind}.EmailBackend"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or {"smtp+tls": 587, "smtps": 465}.get(_mail.scheme, 25)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"  # STARTTLS
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_TIMEOUT = 10  # the page that sends a letter waits for the server
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", f"Easel <easel@{urlsplit(BASE_URL).hostname or 'localhost'}>"
)

DIGEST_HOUR = env.number("DIGEST_HOUR", 7, least=0, most=23)  # UTC; when daily letters go out

# --- what the browser is told ---
_bucket_origin = []
if AWS_STORAGE_BUCKET_NAME:
    # Presigned pictures come from the bucket's own address.
    _s3 = urlsplit(env.text("AWS_S3_ENDPOINT_URL", "https://s3.amazonaws.com"))
    _bucket_origin = [
        f"{_s3.scheme}://{_s3.netloc}",
        f"{_s3.scheme}://{AWS_STORAGE_BUCKET_NAME}.{_s3.netloc}",
    ]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_bucket_origin],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TRUST_PROXY") else None
X_FRAME_OPTIONS = "DENY"
WHITENOISE_MAX_AGE = 60 if DEBUG else 31536000
METRICS_TOKEN = env.text("METRICS_TOKEN")

LOG_FORMAT = env.choice("LOG_FORMAT", ["console", "json"], "console")
LOG_LEVEL = env.choice("LOG_LEVEL", ["debug", "info", "warning", "error", "critical"], "info").upper()
LOGGING_CONFIG = "images_app.lib.logs.configure"
LOGGING: dict[str, Any] = {"format": LOG_FORMAT, "level": LOG_LEVEL}
