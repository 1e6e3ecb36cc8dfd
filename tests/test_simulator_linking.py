"""A phone is linked by a QR code or by a code to type."""

import base64
import struct
import zlib

import pytest

from tests.simulator import Instance, InstanceState
from tests.simulator.linking import CODE_SECONDS
from tests.simulator.qr import DOTS_PER_MODULE, QUIET_MODULES, qr_png
from tests.simulator.testing import *  # noqa: F403  the fixtures
from tests.simulator.testing import ANNA, HI, Api, Clock, switch_on, told

FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")


def modules(png: bytes) -> list[str]:
    """Read a QR code from its picture: 1 for a dark module."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    side, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (height, depth, colour) == (side, 1, 0)
    start = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[start - 4 : start])
    data = png[start + 4 : start + 4 + length]
    (checksum,) = struct.unpack(">I", png[start + 4 + length : start + 8 + length])
    assert zlib.crc32(b"IDAT" + data) == checksum
    pixels = zlib.decompress(data)
    width = (side + 7) // 8 + 1
    margin = QUIET_MODULES * DOTS_PER_MODULE
    rows = []
    for top in range(margin, side - margin, DOTS_PER_MODULE):
        line = pixels[top * width : (top + 1) * width]
        assert line == pixels[(top + 4) * width : (top + 5) * width]
        bits = "".join(f"{byte:08b}" for byte in line[1:])
        rows.append(bits[margin : side - margin : DOTS_PER_MODULE])
    return ["".join("10"[int(bit)] for bit in row) for row in rows]


def test_the_picture_is_a_qr_code() -> None:
    rows = modules(base64.b64decode(qr_png("2@" + "x" * 180)))
    assert len(rows) == len(rows[0]) == 49
    for row, expected in enumerate(FINDER):
        assert rows[row].startswith(expected)
        assert rows[row].endswith(expected)
        assert rows[-7 + row].startswith(expected)
    # The timing pattern between the corners.
    assert rows[6][8:-8] == ("10" * 17)[:33]


async def test_a_qr_code_is_shown_and_scanned(
    api: Api, instance: Instance, clock: Clock
) -> None:
    switch_on(instance, "stateWebhook")
    await api("logout")
    await api("sendMessage", HI)
    shown = (await api("qr"))[1]
    assert shown == {"type": "qrCode", "message": qr_png(instance.linking.qr)}
    assert instance.linking.qr.startswith("2@")
    assert instance.linking.qr.count(",") == 3
    old = instance.linking.qr
    assert (await api("qr"))[1] == shown
    clock.forward(20)
    assert (await api("qr"))[1] != shown
    assert not instance.scan(old)
    assert not instance.linked

    assert instance.scan(instance.linking.qr)

    assert instance.state is InstanceState.AUTHORIZED
    states = [one["stateInstance"] for one in told(instance)]
    assert states == ["notAuthorized", "authorized"]
    assert [message.text for message in instance.messages] == ["Hi"]
    assert (await api("qr"))[1] == {
        "type": "alreadyLogged",
        "message": "instance account already authorized",
    }
    instance.qr_error_when_linked = True
    clock.forward(1)
    assert (await api("qr"))[1] == {
        "type": "error",
        "message": "Instance has auth. You need to make log out",
    }


async def test_a_code_is_worth_nothing_after_the_next_logout(
    api: Api, instance: Instance
) -> None:
    instance.unlink()
    old = instance.linking.qr
    instance.link()
    instance.unlink()
    assert not instance.scan(old)
    assert instance.scan()


async def test_a_code_is_typed(api: Api, instance: Instance, clock: Clock) -> None:
    body = {"phoneNumber": 79990000002}
    assert await api("getAuthorizationCode", body) == (
        200,
        {"status": False, "code": ""},
    )
    instance.unlink()
    clock.forward(1)
    status, answer = await api("getAuthorizationCode", body)
    code = answer["code"]
    assert (status, answer) == (200, {"status": True, "code": code})
    assert len(code) == 8
    assert code.isalnum()
    assert code.isupper() or code.isdecimal()
    clock.forward(CODE_SECONDS)
    for wrong in ("", "12345678", code[:-1]):
        assert not instance.enter_code(wrong)

    assert instance.enter_code(f"{code[:4]}-{code[4:]}".lower())

    assert instance.state is InstanceState.AUTHORIZED
    assert (await api("getSettings"))[1]["wid"] == "79990000002@c.us"
    assert not instance.enter_code(code)


async def test_codes_that_are_not_good_any_more(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.unlink()
    body = {"phoneNumber": 79990000002}
    first = (await api("getAuthorizationCode", body))[1]["code"]
    clock.forward(1)
    second = (await api("getAuthorizationCode", body))[1]["code"]
    assert not instance.enter_code(first)
    clock.forward(CODE_SECONDS + 1)
    assert not instance.enter_code(second)
    assert instance.state is InstanceState.NOT_AUTHORIZED


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "'phoneNumber' is required"),
        ({"phoneNumber": "79990000002"}, "'phoneNumber' must be a number"),
        ({"phoneNumber": 0}, "'phoneNumber' must be greater than or equal to 1"),
        ({"phoneNumber": 79.5}, "'phoneNumber' must be an integer"),
        ({"phoneNumber": 7999}, "Bad phone number"),
    ],
)
async def test_numbers_that_are_none(
    api: Api, instance: Instance, body: object, message: str
) -> None:
    instance.unlink()
    assert await api.refusal("getAuthorizationCode", body) == message


async def test_everything_agrees_on_who_is_linked(
    api: Api, instance: Instance, clock: Clock
) -> None:
    instance.unlink()
    assert (await api("getSettings"))[1]["wid"] == ""
    settings = (await api("getWaSettings"))[1]
    assert (settings["phone"], settings["deviceId"]) == ("", "")
    clock.forward(1)
    instance.scan(phone="79990000002")
    assert (await api("getSettings"))[1]["wid"] == "79990000002@c.us"
    settings = (await api("getWaSettings"))[1]
    assert settings["phone"] == "79990000002"
    switch_on(instance)
    instance.receive(ANNA, "Hello")
    assert told(instance)[0]["instanceData"]["wid"] == "79990000002@c.us"


@pytest.mark.parametrize("state", [None, InstanceState.STARTING])
async def test_a_starting_instance_has_no_codes(
    api: Api, instance: Instance, state: InstanceState | None
) -> None:
    instance.state = state
    for call in (api("qr"), api("getAuthorizationCode", {"phoneNumber": 79990000002})):
        status, answer = await call
        assert (status, answer["message"]) == (
            400,
            "instance in starting process try later",
        )
    assert not instance.scan()


async def test_limits_of_linking(api: Api) -> None:
    statuses = [(await api("qr"))[0] for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
