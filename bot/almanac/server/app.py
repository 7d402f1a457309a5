"""The web application: which address answers what."""

import time
from http import HTTPStatus

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from almanac.server.host import Host, Service
from almanac.server.pages import not_found
from almanac.server.setuppages import add_setup
from almanac.server.status import add_status
from almanac.server.webhook import SIGNATURE, SIGNATURE_LENGTH, BodyReader, RefusedDelivery, read_delivery

_log = structlog.get_logger(__name__)


def create_app(host: Host) -> FastAPI:
    """Return the application. It neither starts nor stops the host."""
    app = FastAPI(title="Almanac", docs_url=None, redoc_url=None, openapi_url=None)
    for add in (_add_probes, _add_webhook, add_status, add_setup):
        add(app, host)

    @app.exception_handler(SQLAlchemyError)
    async def store_is_down(_request: Request, error: SQLAlchemyError) -> Response:
        _log.warning("job store unavailable", reason=host.redact(str(error)))
        return _unavailable("The job store does not answer at the moment.")

    @app.exception_handler(Exception)
    async def failed(_request: Request, _error: Exception) -> Response:
        # The log says what it was; the client learns nothing of it.
        return PlainTextResponse("Something went wrong.", HTTPStatus.INTERNAL_SERVER_ERROR)

    return app


def _unavailable(message: str) -> Response:
    return PlainTextResponse(message, HTTPStatus.SERVICE_UNAVAILABLE)


def _add_probes(app: FastAPI, host: Host) -> None:
    @app.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok")

    @app.get("/readyz")
    async def readyz() -> Response:
        if host.service is None:
            return _unavailable("not set up")
        try:
            ready = await to_thread.run_sync(host.service.is_ready)
        except Exception as error:  # noqa: BLE001 -- whatever keeps the store from answering
            _log.warning("not ready", reason=host.redact(str(error)))
            ready = False
        return PlainTextResponse("ready") if ready else _unavailable("not ready")

    @app.get("/metrics")
    async def metrics() -> Response:
        if host.service is None:
            return not_found()
        return Response(await to_thread.run_sync(host.service.figures), media_type=CONTENT_TYPE_LATEST)


def _add_webhook(app: FastAPI, host: Host) -> None:
    reader = BodyReader(host.settings.max_body, host.settings.body_seconds)
    limiter = CapacityLimiter(32)  # those that wait for the store at the same time are stored together

    @app.post("/webhooks/github")
    async def webhook(request: Request) -> Response:
        service = host.service
        if service is None:
            return _unavailable("Almanac is not set up yet.")
        event = request.headers.get("x-github-event", "")
        try:
            # A request that cannot be signed is refused before its body arrives.
            if len(request.headers.get(SIGNATURE, "")) != SIGNATURE_LENGTH:
                raise RefusedDelivery(HTTPStatus.UNAUTHORIZED, "The signature is missing or wrong.")  # noqa: TRY301
            async with reader.read(request) as body:
                started = time.perf_counter()
                headers = dict(request.headers)
                accepted = await to_thread.run_sync(_take, service, headers, body, limiter=limiter)
            service.metrics.acknowledged.observe(time.perf_counter() - started)
            status, message = (HTTPStatus.ACCEPTED, "accepted") if accepted else (HTTPStatus.NO_CONTENT, "")
        except RefusedDelivery as refused:
            status, message = refused.status, str(refused)
            guid = request.headers.get("x-github-delivery", "")[:100]
            _log.warning("delivery refused", status=status.value, reason=message, delivery=guid)
            event = "refused"  # a stranger's text must not become a metric's label
        host.metrics.deliveries.labels(event, str(status.value)).inc()
        return PlainTextResponse(message, status) if message else Response(status_code=status)


def _take(service: Service, headers: dict[str, str], body: bytes) -> bool:
    """Check and store a delivery, and return whether there is anything to do."""
    delivery = read_delivery(headers, body, service.secret)
    try:
        accepted = service.take(delivery)
    except Exception as error:
        _log.error("delivery could not be stored", delivery=delivery.guid, exc_info=error)
        message = "The delivery could not be stored; please deliver it again."
        raise RefusedDelivery(HTTPStatus.SERVICE_UNAVAILABLE, message) from error
    _log.info(
        "delivery",
        delivery=delivery.guid,
        kind=f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event,
        repository=delivery.repository.name if delivery.repository else None,
        issue=delivery.target.issue if accepted else None,
        accepted=accepted,
    )
    return accepted
