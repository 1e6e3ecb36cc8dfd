"""The way of a request: the order of checks, rates, quotas and addresses."""

import json
from typing import Any

import aiohttp
import pytest

from tests.simulator import Host, Instance, InstanceState, Plan, Simulator
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, DAY, HI, INSTANCE, TOKEN, Api, Clock


async def test_a_call_too_many_is_refused_before_anything_else(
    api: Api, clock: Clock
) -> None:
    api.token = "wrong"
    statuses = [(await api("getStateInstance"))[0] for _ in range(3)]
    clock.forward(1)
    statuses.append((await api("getStateInstance"))[0])

    assert statuses == [401, 429, 429, 401]


async def test_a_refused_call_looks_like_the_real_one(api: Api) -> None:
    first = await api.raw("getStateInstance")
    assert first.headers["X-RateLimit-Remaining"] == "0"
    assert first.headers["X-RateLimit-Replenish-Rate"] == "1"

    refused = await api.raw("getStateInstance")

    assert refused.status == 429
    assert await refused.read() == b""
    assert refused.headers["Content-Type"] == "application/json"
    assert refused.headers["Content-Length"] == "0"
    assert "Retry-After" not in refused.headers
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"


async def test_each_method_and_instance_has_its_own_limit(
    api: Api, simulator: Simulator
) -> None:
    simulator.add_instance("7103000002", TOKEN)
    assert (await api("getStateInstance"))[0] == 200
    assert (await api("getSettings"))[0] == 200
    api.id = "7103000002"
    assert (await api("getStateInstance"))[0] == 200


@pytest.mark.parametrize(
    ("method", "body", "allowed"),
    [
        ("sendMessage", HI, 50),
        ("checkWhatsapp", {"chatId": ANNA}, 10),
        ("getMessage", {"chatId": ANNA, "idMessage": "1"}, 10),
        ("getWaSettings", None, 1),
        ("getContacts", None, 1),
        ("showMessagesQueue", None, 1),
        ("lastOutgoingMessages", None, 1),
        ("lastIncomingMessages", None, 1),
        ("getChatHistory", {"chatId": ANNA}, 1),
        ("getChats", None, 1),
        ("editMessage", {**HI, "idMessage": "1"}, 1),
        ("deleteMessage", {"chatId": ANNA, "idMessage": "1"}, 10),
        ("readChat", {"chatId": ANNA}, 10),
        ("archiveChat", {"chatId": ANNA}, 10),
        ("unarchiveChat", {"chatId": ANNA}, 10),
        ("sendTyping", {"chatId": ANNA}, 50),
        ("sendFileByUrl", {}, 50),
        ("sendFileByUpload", {}, 50),
        ("uploadFile", {}, 50),
        ("sendPoll", {}, 50),
        ("sendLocation", {}, 50),
        ("sendContact", {}, 50),
        ("forwardMessages", {}, 50),
        ("qr", None, 3),
        ("getAuthorizationCode", {}, 1),
        ("getWebhooksCount", None, 1),
        ("downloadFile", {}, 5),
        ("sendInteractiveButtons", {}, 50),
    ],
)
async def test_limits_per_second(
    api: Api, method: str, body: Any, allowed: int
) -> None:
    answers = [(await api(method, body))[0] for _ in range(allowed + 1)]
    assert answers.count(429) == 1
    assert answers[-1] == 429


async def test_limits_can_be_lifted(api: Api, instance: Instance) -> None:
    instance.rate_limited = False
    for _ in range(3):
        response = await api.raw("getStateInstance")
        assert response.status == 200
        assert "X-RateLimit-Remaining" in response.headers


async def test_limits_can_be_changed(api: Api, instance: Instance) -> None:
    assert (await api("uploadFile", {}))[0] == 200
    instance.rates["uploadFile"] = 2
    statuses = [(await api("uploadFile", {}))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    response = await api.raw("uploadFile", {})
    assert response.headers["X-RateLimit-Replenish-Rate"] == "2"


@pytest.mark.parametrize("instance_id", ["1101000001", "7103", "x", ""])
async def test_an_unknown_instance_meets_the_gateway(
    api: Api, instance_id: str
) -> None:
    api.id, api.token = instance_id, "wrong"
    response = await api.raw("getStateInstance")

    assert response.status == 403
    assert response.content_type == "text/html"
    assert "nginx" in await response.text()
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "X-RateLimit-Remaining" not in response.headers


async def test_a_wrong_token_comes_before_verb_json_and_validation(api: Api) -> None:
    api.token = "wrong"
    response = await api.raw("sendMessage", data="{", verb="PUT")

    assert response.status == 401
    assert await response.read() == b""
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Length"] == "0"
    assert response.headers["X-RateLimit-Remaining"] == "49"


@pytest.mark.parametrize(
    ("method", "verb"),
    [("sendMessage", "GET"), ("getStateInstance", "POST"), ("sendTelegram", "POST")],
)
async def test_a_wrong_verb_or_method_comes_before_json(
    api: Api, method: str, verb: str
) -> None:
    headers = {"Content-Type": "application/json"}
    status, body = await api(method, data="{", verb=verb, headers=headers)

    assert status == 404
    assert body["statusCode"] == 404


@pytest.mark.parametrize(
    "path", ["/waInstance7103000001", "//waInstance7103000001/a/b"]
)
async def test_other_paths_lead_nowhere(api: Api, path: str) -> None:
    async with api.session.get(api.simulator.url + path) as response:
        assert response.status in (401, 404)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{x", "Unexpected token x in JSON at position 1"),
        ('"text"', 'Unexpected token " in JSON at position 0'),
        ('{"chatId":', "Unexpected end of JSON input"),
        ('{"message":NaN}', "Unexpected token N in JSON at position 11"),
        ("\ufeff{}", "Unexpected token \ufeff in JSON at position 0"),
    ],
)
async def test_broken_json(api: Api, data: str, message: str) -> None:
    status, body = await api.text(data)
    assert (status, body["message"]) == (400, message)


async def test_a_validation_error_has_the_api_shape_and_the_token(api: Api) -> None:
    status, body = await api("sendMessage", {})

    assert status == 400
    assert body == {
        "statusCode": 400,
        "timestamp": "2026-10-06T15:20:00.000Z",
        "path": f"/waInstance{INSTANCE}/sendMessage/{TOKEN}",
        "message": "Validation failed. Details: 'chatId' is required",
    }


async def test_validation_comes_before_quota_and_quota_before_the_action(
    api: Api, instance: Instance
) -> None:
    instance.plan = Plan.DEVELOPER
    instance.state = InstanceState.STARTING
    for number in range(3):
        instance.quota.count("sendMessage", f"7900000000{number}@c.us")

    assert (await api("sendMessage", {**HI, "message": 1}))[0] == 400
    assert (await api("sendMessage", HI))[0] == 466
    assert (await api("sendMessage", {**HI, "chatId": "79000000000@c.us"}))[0] == 400


async def test_the_case_of_a_method_does_not_matter(
    api: Api, instance: Instance
) -> None:
    assert (await api("SendMessage", HI))[0] == 200
    assert instance.requests[0].method == "sendMessage"


async def test_browsers_may_ask_first(api: Api) -> None:
    response = await api.raw("sendMessage", verb="OPTIONS")

    assert response.status == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Max-Age"] == "1728000"


async def test_json_of_more_than_100_kb(api: Api, instance: Instance) -> None:
    status, body = await api("sendMessage", {**HI, "message": "x" * 102_400})
    assert (status, body["message"]) == (500, "request entity too large")
    assert instance.messages == []


async def test_requests_are_recorded(api: Api, instance: Instance) -> None:
    await api("sendMessage", HI)
    await api.text("{")
    first, second = instance.requests
    assert (first.method, first.verb, first.status) == ("sendMessage", "POST", 200)
    assert first.json == HI
    assert json.loads(first.body) == HI
    assert first.ended is not None
    assert first.ended >= first.time
    assert (second.body, second.json, second.status) == (b"{", None, 400)
    assert (second.host, second.form) == (Host.API, None)
    assert second.headers == {"content-type": "application/json", "content-length": "1"}


async def test_away_and_back(
    api: Api, instance: Instance, simulator: Simulator, clock: Clock
) -> None:
    port = simulator.port
    assert simulator.url == f"http://127.0.0.1:{port}"
    await simulator.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await api("getStateInstance")

    await simulator.start(port=port)

    assert simulator.port == port
    assert (await api("getStateInstance"))[0] == 200
    assert len(instance.requests) == 1


async def test_the_free_plan_covers_three_chats_a_month(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.plan = Plan.DEVELOPER
    chats = [f"7900000000{number}@c.us" for number in range(4)]
    statuses = [
        (await api("sendMessage", {**HI, "chatId": chat}))[0]
        for chat in (*chats, chats[0])
    ]
    assert statuses == [200, 200, 200, 466, 200]

    status, body = await api("sendMessage", {**HI, "chatId": chats[3]})
    assert status == 466
    assert body["invokeStatus"] == {
        "method": "sendmessage",
        "used": 4,
        "total": 0,
        "status": "QUOTE_ALLOWED",
    }
    correspondents = body["correspondentsStatus"]
    assert correspondents["status"] == "CORRESPONDENTS_QUOTE_EXCEEDED"
    assert (correspondents["used"], correspondents["total"]) == (3, 3)
    assert ",".join(chats[:3]) in correspondents["description"]

    clock.forward(31 * DAY)
    assert (await api("sendMessage", {**HI, "chatId": chats[3]}))[0] == 200
    assert instance.quota.chats == [chats[3]]


@pytest.mark.parametrize(
    ("plan", "total"), [(Plan.DEVELOPER, 100), (Plan.BUSINESS, 30_000)]
)
async def test_checks_are_counted(
    api: Api, instance: Instance, plan: Plan, total: int
) -> None:
    instance.plan = plan
    instance.quota.used["checkWhatsapp"] = total - 1
    assert (await api("checkWhatsapp", {"chatId": ANNA}))[0] == 200
    status, body = await api("checkWhatsapp", {"chatId": ANNA})
    assert status == 466
    assert body["invokeStatus"].pop("description")
    assert body == {
        "invokeStatus": {
            "method": "checkwhatsapp",
            "used": total,
            "total": total,
            "status": "QUOTE_EXCEEDED",
        }
    }
