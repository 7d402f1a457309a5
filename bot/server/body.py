"""Reads a request's body as it comes in: not more than so much, not longer than so long, not too many at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import Request
from starlette.requests import ClientDisconnect

from bot.server.delivery import RefusedDelivery


class Intake:
    """All bodies that are being read in this process."""

    def __init__(self, most: int, seconds: float, at_once: int = 8) -> None:
        """Take the most bytes of one body, the seconds it may take, and how many of the largest there is room for."""
        self._most, self._seconds = most, seconds
        self._room = most * at_once

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """Read a body. It takes up its room until whoever reads it is done with it.

        Raises:
            RefusedDelivery: 413 too large, 408 too slow, 503 no room just now, 400 it broke off.
        """
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal():
            raise RefusedDelivery(HTTPStatus.BAD_REQUEST, "Content-Length is no number.")
        if int(declared) > self._most:
            raise self._too_large()
        body = bytearray()
        try:
            await self._fill(body, request)
            yield bytes(body)
        finally:
            self._room += len(body)

    async def _fill(self, body: bytearray, request: Request) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                async for chunk in request.stream():
                    self._room -= len(chunk)
                    body += chunk
                    if len(body) > self._most:
                        raise self._too_large()
                    if self._room < 0:
                        raise RefusedDelivery(HTTPStatus.SERVICE_UNAVAILABLE, "Too much is coming in at once.")
        except TimeoutError:
            raise RefusedDelivery(HTTPStatus.REQUEST_TIMEOUT, "The body came in too slowly.") from None
        except ClientDisconnect:
            raise RefusedDelivery(HTTPStatus.BAD_REQUEST, "The body broke off.") from None

    def _too_large(self) -> RefusedDelivery:
        message = f"The body is larger than {self._most} bytes."
        return RefusedDelivery(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
