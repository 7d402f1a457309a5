"""`almanac serve` with a look that costs next to nothing: one request to a fake GitHub, which knows what is right.

Run as a module, with `serve` and its options. All but the look is the real thing.
"""

import json
import os
import urllib.error
import urllib.request
from http import HTTPStatus
from unittest import mock

from almanac.entry import main
from almanac.server.jobs import Job, PermanentError, Result
from almanac.server.worker import Worker


def perform(looks: Worker, job: Job) -> Result:
    """Look at an issue, as `Worker.perform` does."""
    address = f"{looks.api_url}/look/{job.repository}/{job.what}"
    request = urllib.request.Request(address, headers={"X-Process": str(os.getpid())})  # noqa: S310 -- our own address
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            answer.read()
    except urllib.error.HTTPError as error:
        with error:
            if error.code == HTTPStatus.UNPROCESSABLE_ENTITY:
                raise PermanentError(json.load(error)["message"]) from None
            raise
    return {"outcome": "updated", "reason": "The pull request follows the issue."}


if __name__ == "__main__":
    with mock.patch.object(Worker, "perform", perform):
        main()
