"""The simulated PBX that the tests talk to: where it is stands in the environment."""

import os

import httpx
import pytest
from threecx import ThreeCXClient

URL = os.environ["THREECX_URL"]


@pytest.fixture(scope="session")
def client():
    """The SDK as it comes from PyPI. One for all: a PBX keeps one token per client."""
    identity = {"client_id": os.environ["THREECX_CLIENT_ID"], "client_secret": os.environ["THREECX_CLIENT_SECRET"]}
    with ThreeCXClient(URL, **identity) as client:
        yield client


@pytest.fixture(autouse=True)
def first_day():
    """Every test begins with the demo company as it was founded."""
    httpx.post(f"{URL}/sim/reset").raise_for_status()
