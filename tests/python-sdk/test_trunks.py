"""Trunks and the rules over them: listed, created, changed, deleted."""

import pytest
from threecx import NotFoundError, ValidationError


def test_create_from_a_template_change_delete(client):
    template = client.trunks.list_trunk_templates()[0]
    draft = client.trunks.init_trunk(template.id)
    draft.pop("@odata.context", None)
    created = client.trunks.create_trunk({**draft, "AuthPassword": {"Value": "0123456789"}, "ExternalNumber": "+4930555900"})
    assert created.id and created.number

    numbers = ["+4930555900", "+4930555901"]
    client.trunks.update_trunk(created.id, {"DidNumbers": numbers, "SimultaneousCalls": 4})
    trunk = client.trunks.get_trunk_by_number(created.number)
    assert (trunk.id, trunk.did_numbers, trunk.simultaneous_calls) == (created.id, numbers, 4)
    listed = [did["Number"] for did in client.defs.list_did_numbers() if did["TrunkId"] == created.id]
    assert listed == numbers

    client.trunks.delete_trunk(created.id)
    with pytest.raises(NotFoundError):
        client.trunks.get_trunk(created.id)


def test_rules(client):
    trunk = client.trunks.list_trunks()[0]
    rule = client.inbound_rules.create({
        "RuleName": "DID to 101",
        "Condition": "BasedOnDID",
        "Data": trunk.did_numbers[0],
        "TrunkDN": {"Id": trunk.id, "Number": trunk.number},
        "OfficeHoursDestination": {"To": "Extension", "Number": "101"},
    })
    assert client.inbound_rules.get(rule.id).rule_name == "DID to 101"
    client.inbound_rules.bulk_delete([rule.id])
    with pytest.raises(NotFoundError):
        client.inbound_rules.get(rule.id)
    with pytest.raises(ValidationError, match="WARNINGS.XAPI.NOT_FOUND"):
        client.outbound_rules.create({"Name": "Nowhere", "Prefix": "9", "Routes": [{"TrunkId": 999_999}]})
