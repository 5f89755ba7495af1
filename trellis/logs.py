"""What happens to a log line before it is written: who, when, how grave, and nothing in it that opens a door."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

# Whoever reads a log could set somebody's password, confirm an address or join an organization, with what these pages are named by.
_ONE_TIME_KEY = re.compile(
    r"((?:/accounts/(?:password/reset/key|confirm-email)/)|(?<!/settings)(?:/|%2F)invitations(?:/|%2F))[^/?&\s\"']+"
)
# Whoever knows a network's key or a signature could send conversions, as far as the network is not told apart by more.
_DOOR_KEY = re.compile(r"(/postback(?:\.gif)?/|[?&](?:key|sig)=)[^/?&\s\"']+")


def without_keys(logger: Any, method: str, line: EventDict) -> EventDict:
    """The line without the keys that stand in addresses, whoever wrote it."""
    return {name: _without(text) if isinstance(text, str) else text for name, text in line.items()}


def _without(text: str) -> str:
    return _DOOR_KEY.sub(r"\1…", _ONE_TIME_KEY.sub(r"\1…", text))


STEPS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    without_keys,
]


def written(level: str) -> dict[str, Any]:
    """The setting LOGGING: everything to stderr."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": structlog.processors.JSONRenderer(),
                "foreign_pre_chain": STEPS,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {"django.server": {"handlers": ["stderr"], "propagate": False}},
    }


def configure() -> None:
    """Lines of structlog take the same way as those of the standard library."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *STEPS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
