"""Extensions: listed, created, changed, deleted."""

import pytest
from threecx import NotFoundError, ODataQuery, ValidationError
from threecx.models import User


def test_list_filter_and_page(client):
    query = ODataQuery().filter("startswith(Number,'10')").order_by("Number").select("Id", "Number").top(4)
    first = client.users.list(query)
    second = client.users.list(query.copy().skip(4))
    assert [user.number for user in first + second] == [f"10{digit}" for digit in range(8)]
    counted = client.get("/Users", params=ODataQuery().count().top(0).to_params())
    assert counted["@odata.count"] == 60


def test_create_read_change_delete(client):
    created = client.users.create(User(Number="977", FirstName="Zoë", LastName="O'Brien", EmailAddress="zoe@demo.example"))
    assert created.id and created.number == "977"

    client.users.update(created.id, {"Mobile": "+4930123456", "EmailAddress": "zoe.obrien@demo.example"})
    changed = client.users.get_by_number("977")
    assert (changed.id, changed.mobile, changed.first_name) == (created.id, "+4930123456", "Zoë")
    found = client.users.list(ODataQuery().filter("LastName eq 'O''Brien' and Number eq '977'"))
    assert [user.id for user in found] == [created.id]

    client.users.delete(created.id)
    with pytest.raises(NotFoundError):
        client.users.get(created.id)


def test_a_model_that_was_read_can_be_sent_back(client):
    user = client.users.get_by_number("100")
    client.users.update(user.id, User(FirstName="Grace"))
    again = client.users.get(user.id)
    assert again.first_name == "Grace" and again.last_name == user.last_name


def test_a_taken_number_is_refused(client):
    with pytest.raises(ValidationError, match="WARNINGS.XAPI.ALREADY_IN_USE"):
        client.users.create({"Number": "100", "FirstName": "Second"})


def test_departments_phones_and_profiles(client):
    user = client.users.list(ODataQuery().filter("Phones/any()").expand("Groups", "Phones").top(1))[0]
    groups = client.users.get_groups(user.id)
    assert [group.group_id for group in groups] == [user.primary_group_id]
    assert user.phones[0].mac_address
    assert client.phones.reprovision(user.phones[0].mac_address) is None
    assert client.users.has_duplicated_email(user.id) is False


def test_many_at_once(client):
    ids = [client.users.create({"FirstName": name}).id for name in ("One", "Two")]
    client.users.bulk_update(ids, {"Enabled": False})
    assert [client.users.get(id).enabled for id in ids] == [False, False]
    client.users.reprovision_all_phones(ids)
    assert client.users.batch_delete(ids) == []
    failed = client.users.batch_delete(ids)
    assert len(failed) == 2
