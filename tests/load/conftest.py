"""Benchmarks as a person calls them: processes of their own on the test's server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(cluster, tmp_path):
    """Run `zhkh bench …`; answers with its exit code, output and errors."""

    def bench(*words):
        done = subprocess.run(
            [sys.executable, "-m", "zhkh", "bench", *words],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "zhkh.settings.test",
                "ZHKH_DATABASE_URL": cluster.app_url,
                "ZHKH_DATABASE_OWNER_URL": cluster.owner_url,
                "ZHKH_BROKER_URL": "redis://127.0.0.1:1/0",
                "ZHKH_VAR": str(tmp_path),
            },
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return bench
