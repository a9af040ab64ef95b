"""Logging in, and being refused."""

import os

import pytest
from threecx import AuthenticationError, ODataQuery, ThreeCXClient, ValidationError

URL = os.environ["THREECX_URL"]


def test_a_token_is_fetched_and_taken(client):
    status = client.system.get_status()
    assert status.version.startswith("20.0.10.")
    assert status.user_extensions == 60


def test_a_wrong_secret_is_refused():
    with ThreeCXClient(URL, client_id=os.environ["THREECX_CLIENT_ID"], client_secret="wrong") as stranger:
        with pytest.raises(AuthenticationError) as refusal:
            stranger.users.list()
    assert refusal.value.status_code == 401


def test_what_is_asked_wrongly_is_explained(client):
    with pytest.raises(ValidationError, match="Top query"):
        client.users.list(ODataQuery().top(500))
    with pytest.raises(ValidationError, match="Nonsense"):
        client.users.list(ODataQuery().select("Nonsense"))
