"""Tests of the server; all of them are skipped, by name, where its packages are not installed."""

from tests.tools import need_extra

need_extra("server", "dbos", "fastapi", "prometheus_client", "psycopg", "pydantic_settings", "structlog", "uvicorn")
