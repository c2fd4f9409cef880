"""What the figures were measured on."""

import os
import platform
from pathlib import Path

from django.db import connection

_UNKNOWN = "unknown"


def machine() -> dict[str, object]:
    """Processor, cores, memory, versions and how busy the machine was at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    assert row is not None
    return {
        "cpu": _first_value(Path("/proc/cpuinfo"), "model name"),
        "cores": os.cpu_count(),
        "memory_mb": int(_first_value(Path("/proc/meminfo"), "MemTotal").split()[0]) // 1024,
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": str(row[0]).split()[0],
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }


def _first_value(file: Path, key: str) -> str:
    for line in file.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return _UNKNOWN
