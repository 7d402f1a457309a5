"""The server's outside: which address answers what."""

import time
from functools import partial
from http import HTTPStatus

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from almanac.server import pages as setup_pages
from almanac.server import pages as status_pages
from almanac.server.host import Host, Service
from almanac.server.metrics import CONTENT_TYPE
from almanac.server.webhook import SIGNATURE, Intake, RefusedDelivery, read_delivery

_log = structlog.get_logger(__name__)
_SIGNED = 71  # characters of `sha256=` and 64 digits


def create_app(host: Host) -> FastAPI:
    """Return the application. It starts and stops nothing: whoever made the host does."""
    app = FastAPI(title="Almanac", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_probes(host))
    app.include_router(_webhooks(host))
    app.include_router(status_pages.status_routes(host))
    app.include_router(setup_pages.routes(host))
    app.add_exception_handler(SQLAlchemyError, partial(_store_is_away, host))
    app.add_exception_handler(Exception, _failed)
    return app


async def _store_is_away(host: Host, _request: Request, error: Exception) -> Response:
    _log.warning("the job store did not answer", reason=host.redact(str(error)))
    return _unavailable("The job store does not answer just now.")


async def _failed(_request: Request, _error: Exception) -> Response:
    # The log tells what it was; whoever asked is told nothing of it.
    return PlainTextResponse("Something went wrong here.", HTTPStatus.INTERNAL_SERVER_ERROR)


def _probes(host: Host) -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok")

    @routes.get("/readyz")
    async def readyz() -> Response:
        if host.service is None:
            return PlainTextResponse("not set up", HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            ready = await to_thread.run_sync(host.service.is_ready)
        except Exception as error:  # noqa: BLE001 -- whatever keeps the store from answering
            _log.warning("not ready", reason=host.redact(str(error)))
            ready = False
        return PlainTextResponse("ready") if ready else _unavailable("not ready")

    @routes.get("/metrics")
    async def metrics() -> Response:
        service = host.service
        if service is None:
            return PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND)
        text = await to_thread.run_sync(service.figures)
        return Response(text, media_type=CONTENT_TYPE)

    return routes


def _webhooks(host: Host) -> APIRouter:
    routes = APIRouter()
    intake = Intake(host.settings.max_body, host.settings.body_seconds)
    # Not more at once than the store has connections.
    limiter = CapacityLimiter(10)

    @routes.post("/webhooks/github")
    async def webhook(request: Request) -> Response:
        service = host.service
        if service is None:
            return _unavailable("Almanac is not set up yet.")
        event = request.headers.get("x-github-event", "")
        try:
            status = await _received(request, service, intake, limiter)
            message = ""
        except RefusedDelivery as refused:
            status, message = refused.status, str(refused)
            _log.warning("delivery refused", status=status.value, reason=message, delivery=_named(request))
            event = "refused"  # what nobody signed must not become the name of a figure
        host.metrics.deliveries.labels(event, str(status.value)).inc()
        if status == HTTPStatus.NO_CONTENT:
            return Response(status_code=status)
        return PlainTextResponse(message or "accepted", status)

    return routes


async def _received(request: Request, service: Service, intake: Intake, limiter: CapacityLimiter) -> HTTPStatus:
    # Whoever cannot have signed need not send anything first.
    if len(request.headers.get(SIGNATURE, "")) != _SIGNED:
        raise RefusedDelivery(HTTPStatus.UNAUTHORIZED, "The signature is missing or wrong.")
    async with intake.read(request) as body:
        started = time.perf_counter()
        status = await to_thread.run_sync(_taken, service, dict(request.headers), body, limiter=limiter)
    service.metrics.acknowledged.observe(time.perf_counter() - started)
    return status


def _taken(service: Service, headers: dict[str, str], body: bytes) -> HTTPStatus:
    delivery = read_delivery(headers, body, service.secret)
    try:
        accepted = service.take(delivery)
    except Exception as error:
        _log.error("a delivery could not be stored", delivery=delivery.guid, exc_info=error)
        message = "It could not be stored; please deliver it again."
        raise RefusedDelivery(HTTPStatus.SERVICE_UNAVAILABLE, message) from error
    _log.info(
        "delivery",
        delivery=delivery.guid,
        kind=f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event,
        repository=delivery.repository.name if delivery.repository else None,
        issue=delivery.target.issue if accepted else None,
        accepted=accepted,
    )
    return HTTPStatus.ACCEPTED if accepted else HTTPStatus.NO_CONTENT


def _named(request: Request) -> str:
    return request.headers.get("x-github-delivery", "")[:100]


def _unavailable(message: str) -> Response:
    return PlainTextResponse(message, HTTPStatus.SERVICE_UNAVAILABLE)
