"""Queues and ring groups: listed, created, changed, deleted."""

import pytest
from threecx import NotFoundError, ODataQuery
from threecx.models import Queue


def test_create_read_change_delete(client):
    created = client.queues.create(Queue(Name="Night desk", RingTimeout=25, PollingStrategy="Hunt"))
    assert created.id and created.number
    assert created.number not in [queue.number for queue in client.queues.list() if queue.id != created.id]

    agents = [{"Number": number, "SkillGroup": "1"} for number in ("101", "102")]
    client.queues.update(created.id, {"Name": "Night shift", "Agents": agents})
    queue = client.queues.get_by_number(created.number)
    assert (queue.id, queue.name, queue.ring_timeout) == (created.id, "Night shift", 25)
    assert [agent.number for agent in client.queues.get_agents(created.id)] == ["101", "102"]
    client.queues.update(created.id, {"Agents": agents[:1]})
    assert [agent.number for agent in client.queues.get_agents(created.id)] == ["101"]

    client.queues.delete(created.id)
    with pytest.raises(NotFoundError):
        client.queues.get(created.id)


def test_agents_and_managers_come_with_expand(client):
    queue = client.queues.list(ODataQuery().expand("Agents", "Managers").top(1))[0]
    assert queue.agents and queue.agents[0].number
    assert len(client.queues.get_managers(queue.id)) == len(queue.managers)
    client.queues.reset_statistics(queue.id)


def test_an_agent_who_leaves_is_taken_out(client):
    queue = client.queues.list(ODataQuery().expand("Agents").top(1))[0]
    gone = queue.agents[0].number
    client.users.delete(client.users.get_by_number(gone).id)
    assert gone not in [agent.number for agent in client.queues.get_agents(queue.id)]


def test_ring_groups(client):
    created = client.ring_groups.create({"Name": "Front desk", "Members": [{"Number": "101"}]})
    client.ring_groups.update(created.id, {"RingTime": 42})
    assert client.ring_groups.get(created.id).ring_time == 42
    client.ring_groups.delete(created.id)
    with pytest.raises(NotFoundError):
        client.ring_groups.get(created.id)
