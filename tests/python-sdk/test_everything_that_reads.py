"""Every method of the SDK that reads and whose arguments are known answers, and fits its model."""

import inspect
from datetime import datetime, timezone

import pytest
from threecx import ThreeCXError

ARGUMENTS = {
    "start": datetime(2020, 1, 1, tzinfo=timezone.utc),
    "end": datetime(2040, 1, 1, tzinfo=timezone.utc),
    "queue_dns": "800",
    "participant_type": 0,
    "chart_date": datetime(2026, 6, 1, tzinfo=timezone.utc),
    "chart_by": "month",
    "calls_type": 0,
    "call_area": 0,
    "user_id": 29,
    "mac": None,
    "name": None,
}
# What a service principal may not ask.
USERS_ONLY = ("my_user", "my_group", "security.list_my_tokens")
# The SDK reads these as JSON, as the description says; they are files.
FILES = ("integrations.get_dial_plan_script", "integrations.get_map_users_script")


def readers(client):
    """All methods that read, with the arguments that they need."""
    for service_name, service in vars(client).items():
        if service_name.startswith("_") or service_name in USERS_ONLY:
            continue
        for name, method in inspect.getmembers(service, inspect.ismethod):
            needed = [p.name for p in inspect.signature(method).parameters.values() if p.default is p.empty]
            known = {parameter: ARGUMENTS.get(parameter) for parameter in needed}
            full_name = f"{service_name}.{name}"
            reads = name.startswith(("list", "get")) and full_name not in USERS_ONLY + FILES
            if reads and None not in known.values():
                yield full_name, method, known


def test_all_of_them(client):
    failed, done = [], 0
    for name, method, arguments in readers(client):
        try:
            method(**arguments)
            done += 1
        except Exception as error:  # Whatever goes wrong in a client is worth knowing.
            failed.append(f"{name}: {error!r}")
    assert not failed, "\n".join(failed)
    assert done > 150


def test_people_are_not_service_principals(client):
    with pytest.raises(ThreeCXError) as refusal:
        client.my_user.get()
    assert refusal.value.status_code == 403
