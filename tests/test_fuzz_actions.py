"""A thousand calls of the actions with data that people, templates and bots come up with.

Always the same thousand. Whatever is asked for, it is done, or it is refused in words.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import timedelta
import logging
from pathlib import Path
from random import Random
import string
from typing import Any, override

from aiohttp import web
from aiohttp.test_utils import RawTestServer
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.green_api.const import DOMAIN
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component

from .calls import act, done
from .conftest import ANNA, BORIS, FAMILY, TokenWatch
from .integration_source import INTEGRATION, read_json
from .simulator import Instance

CASES = 1000

type Pool = list[Any]
type Data = dict[str, Any]

TEXTS = read_json(INTEGRATION / "translations" / "en.json")["exceptions"]

PIZZA = "\N{SLICE OF PIZZA}"
RIGHT_TO_LEFT = "\u202e\u05e9\u05dc\u05d5\u05dd"

WEIRD_TEXTS: Pool = [
    "",
    " ",
    "\n\t\r",
    "\0",
    "a\0b",
    "\u200b",
    "\ud800",
    "\udc00\ud83c",
    "\ud83c\udf55",
    RIGHT_TO_LEFT,
    PIZZA * 3000,
    "\N{MAN}\u200d" * 200,
    "e" + "\u0301" * 500,
    "x" * 300,
    "x" * 5000,
    "x" * 25_000,
    "x" * 120_000,
    "-1",
    "1e999",
    "nan",
    "\u0663",
    "None",
    "null",
    "last",
    "all",
    "{{ states('sun.sun') }}",
    "{{ 1 / 0 }}",
    "{% if %}",
    "{placeholder} {0} {} %s %(a)s",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "../../etc/passwd",
]
WEIRD: Pool = [
    *WEIRD_TEXTS,
    None,
    True,
    False,
    0,
    -1,
    7,
    2**63,
    10**400,
    -0.0,
    1.5,
    1e308,
    float("nan"),
    float("inf"),
    float("-inf"),
    b"bytes",
    timedelta(days=1),
    {1, 2},
    (),
    [],
    {},
    [[]],
    [None],
    [{}, []],
    ["a", ["b", ["c"]]],
    [*range(40)],
    {"a": {"b": [1, {"c": None}]}},
    {"": ""},
    {7: 7},
    {None: None},
]

NUMBERS: Pool = [
    *(ANNA, BORIS, FAMILY, "+7 900 123-45-67", 79001234567, "447911123456"),
    *("155508384256027@lid", "https://wa.me/447911123456", "8 900 123-45-67"),
    *("0", "+", "@", "@c.us", "79001234567@", "a@g.us", "1" * 400, "+1" * 9),
    *("\uff0b\uff17 900 1234567", "\u0667\u0669\u0660\u0660\u0661\u0662\u0663\u0664"),
]
PATHS: Pool = [
    *("1.jpg", "list.pdf", "empty.txt", ".", "..", "gone.jpg", "a" * 300, "a" * 5000),
    *("/etc/passwd", "../../etc/passwd", "/dev/zero", "/dev/null", "/dev/stdin"),
    *("/proc/self/environ", "~", "~root/.ssh", "//", "\0", "1.jpg\0.png", "C:\\1.jpg"),
    *("\ud800.jpg", f"{PIZZA}.jpg", "loop/loop/loop", "/media/../etc/shadow"),
]
URLS: Pool = [
    *("file:///etc/passwd", "ftp://127.0.0.1/1.jpg", "javascript:alert(1)", "data:,a"),
    *(
        "http://[::1",
        "http://",
        "http:///",
        "http://127.0.0.1:1/",
        "http://127.0.0.1:0",
    ),
    *("http://127.0.0.1:99999/", "http://127.0.0.1:port/", "HTTPS://127.0.0.1:1/%"),
    *("http://an:na@127.0.0.1:1/", "http://an:n:a@127.0.0.1:1/", "//127.0.0.1/", "a b"),
    *("http://127.0.0.1:1/\ud800", "http://127.0.0.1:1/{{ 1 }}", "http://\u202e/"),
    *(
        "http://127.0.0.1:1/a\r\nHost: evil",
        "rtsp://127.0.0.1/live",
        "http://?",
        "http",
    ),
]
MEDIA: Pool = [
    *("media-source://", "media-source:///", "media-source://media_source", "media"),
    *("media-source://media_source/local/1.jpg", "media-source://media_source/local/"),
    *("media-source://media_source/local/../../../etc/passwd", "media-source://\ud800"),
    *("media-source://media_source/nowhere/1.jpg", "media-source://nobody/1"),
    *("media-source://camera/camera.nobody", "media-source://camera/", "camera.", "."),
    *("camera.nobody", "image.nobody", "camera.{{ 1 }}", "image.\ud800", "sun.sun"),
    *("media-source://tts/nobody?message=Hi", "media-source://tts/", "tts.nobody"),
    *("media-source://media_source/local/%00", "media-source://media_source/local/\0"),
    {"media_content_id": "media-source://media_source/local/1.jpg"},
    {"media_content_id": "media-source://media_source/local/gone.jpg"},
    {"media_content_id": "camera.nobody", "media_content_type": "image/jpeg"},
    {"media_content_id": None},
    {"media_content_type": "image/jpeg"},
]
ENTITIES: Pool = [
    *("person.anna", "zone.home", "PERSON.ANNA", "person.nowhere", "person.broken"),
    *("person.nobody", "notify.anna", "sun", "."),
]
TARGETS: Pool = [
    *("notify.anna", "notify.boris", "notify.family", "all", "none", "notify.nobody"),
    *("NOTIFY.ANNA", "notify.anna, notify.boris", "{{ 1 }}", "sensor.anna"),
    ["notify.anna", "notify.boris"],
    ["notify.anna", "all"],
    ["notify.anna", "{{ 1 }}"],
]
PLACES: Pool = ["none", "attic", "{{ 1 }}", ["attic", "{{ 1 }}"]]
FLAGS: Pool = [True, False, "on", "off", 1, 0, "maybe"]
TEXT: Pool = ["Hi", f"Hi {PIZZA}", "*bold*", "line\nline", 7, 1.5, RIGHT_TO_LEFT]
TAGS: Pool = ["door", "picture", "place", "long", "gone", PIZZA, 7]
DEGREES: Pool = [0, 52.5, -33, "13.4", 90, 180, -180, 90.1, 181, 1e9, "nan", "north"]
OPTIONS: Pool = [
    ["Yes", "No"],
    ["a", "b", "c"],
    [1, 2, 3],
    ["Yes", "Yes"],
    ["Yes", ""],
    [PIZZA, "\ud83c\udf55"],
    ["Yes"],
    "Yes",
    [str(each) for each in range(12)],
    ["x" * 100, "y" * 101],
]


class Fuzz:
    """Data for one action: what it should be, of which chance has changed some."""

    def __init__(self, action: str, usual: list[Data], pools: dict[str, Pool]) -> None:
        self.random = Random(action)  # noqa: S311
        self.usual = usual
        self.pools = pools

    def value(self, name: str) -> Any:
        """Return a value for a field: mostly one of its kind."""
        weird = [*filter(is_iterable, WEIRD)] if name == "entity_id" else WEIRD
        chance = self.random.random()
        if chance < 0.6:
            return self.random.choice(self.pools[name])
        if chance < 0.7:
            some = self.random.choices(self.pools[name], k=self.random.randint(0, 3))
            return [*some, *self.random.choices(weird, k=self.random.randint(0, 1))]
        if chance < 0.75:
            return {self.random.choice([*self.pools, ""]): self.random.choice(WEIRD)}
        return self.random.choice(weird)

    def data(self) -> Data:
        """Return data for a call."""
        data = dict(self.random.choice(self.usual))
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 2, 3, 5])):
            name = self.random.choice([*self.pools])
            if self.random.random() < 0.1:
                data.pop(name, None)
            else:
                data[name] = self.value(name)
        if self.random.random() < 0.05:
            data[self.random.choice(["colour", "", "\ud800"])] = "red"
        return data


def is_iterable(value: Any) -> bool:
    """Tell what Home Assistant's own schema for entity ids can stand."""
    return value is None or hasattr(value, "__iter__")


WHO = ["entity_id", "device_id", "area_id", "floor_id", "label_id", "chat_id"]
SENT = [*WHO, "config_entry_id", "tag", "replace", "quoted_message_id"]
WEB = ["username", "password", "bearer", "verify_ssl"]
FILE = ["media", "path", "url", "caption", "file_name", *WEB]
FIELDS: dict[str, list[str]] = {
    "send_message": [*SENT, "message", "title", "link_preview", "typing_time"],
    "send_file": [*SENT, *FILE, "files"],
    "send_location": [*SENT, "entity", "latitude", "longitude", "name", "address"],
    "send_contact": [
        *SENT,
        *("phone_number", "first_name", "middle_name", "last_name", "company"),
    ],
    "send_poll": [*SENT, "question", "options", "multiple_answers"],
    "edit_message": [*WHO, "config_entry_id", "message_id", "tag", "message", "title"],
    "delete_message": [*WHO, "config_entry_id", "message_id", "tag", "only_for_me"],
    "forward_message": [*WHO, "config_entry_id", "from_chat_id", "message_id"],
    "mark_read": [*WHO, "config_entry_id", "message_id"],
    "check_number": ["config_entry_id", "phone_number"],
    "get_chats": ["config_entry_id", "search", "type"],
    "get_messages": [*WHO, "config_entry_id", "count"],
    # The older action, with its `data`.
    "green_api": ["message", "title", "target", "data"],
}
IN_DATA = [
    *("file", "images", "location", "poll", "media", "url", "file_name", *WEB),
    *("link_preview", "quoted_message_id", "tag", "replace", "push", "actions"),
]


class Complaints(logging.Handler):
    """What Home Assistant or this integration complains of in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.startswith(("custom_components.green_api", "homeassistant"))
        if ours and (record.levelno >= logging.ERROR or record.exc_info):
            self.found.append(f"{record.name}: {record.getMessage()[:300]}")


@contextmanager
def listening() -> Iterator[Complaints]:
    """Listen to the log, and keep from the report what cannot be written down."""
    root, complaints = logging.getLogger(), Complaints()
    before = root.handlers[:]
    watch = [each for each in before if isinstance(each, TokenWatch)]
    root.handlers[:] = [*watch, complaints]
    try:
        yield complaints
    finally:
        root.handlers[:] = before


@pytest.fixture
async def web_url(socket_enabled: None) -> AsyncGenerator[str]:
    """Run a server with a file."""

    async def answer(request: web.BaseRequest) -> web.Response:
        return web.Response(body=b"picture", content_type="image/jpeg")

    server = RawTestServer(answer)
    await server.start_server(access_log=None)
    yield str(server.make_url("/1.jpg"))
    await server.close()


@pytest.fixture
async def message_ids(
    hass: HomeAssistant, loaded: MockConfigEntry, instance: Instance, tmp_path: Path
) -> Pool:
    """Have a house with files, places and messages, and return ids of messages."""
    assert await async_setup_component(hass, "zone", {})
    hass.config.media_dirs = {"local": str(tmp_path)}
    assert await async_setup_component(hass, "media_source", {})
    # The folder of devices is allowed, so that not only that keeps them from being read.
    hass.config.allowlist_external_dirs |= {str(tmp_path), "/dev"}
    (tmp_path / "1.jpg").write_bytes(b"picture")
    (tmp_path / "list.pdf").write_bytes(b"list")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    place = {"latitude": 52.5, "longitude": 13.4}
    hass.states.async_set("person.anna", "home", place)
    hass.states.async_set("person.nowhere", "away")
    hass.states.async_set("person.broken", "away", {"latitude": "x", "longitude": []})
    for chat_id in (ANNA, BORIS):
        instance.receive(chat_id, "Who is there?")
        for message, tag in (("Open", "door"), ("long " * 2000, "long")):
            await act(hass, "send_message", chat_id=chat_id, message=message, tag=tag)
        await act(hass, "send_location", chat_id=chat_id, tag="place", **place)
        await act(
            hass,
            "send_file",
            chat_id=chat_id,
            path=str(tmp_path / "1.jpg"),
            tag="picture",
        )
    return [each.message.id for each in instance.history]


@pytest.fixture
def usual(message_ids: Pool, web_url: str, tmp_path: Path) -> dict[str, list[Data]]:
    """Return data for each action that is as it should be."""
    to_anna: Data = {"chat_id": ANNA}
    to_both: Data = {"entity_id": ["notify.anna", "notify.boris"]}
    tagged: Data = {**to_anna, "replace": True}
    place: Data = {"latitude": 52.5, "longitude": 13.4}
    card: Data = {"phone_number": BORIS, "first_name": "Boris"}
    poll: Data = {"question": "Arm?", "options": ["Yes", "No"]}
    picture = str(tmp_path / "1.jpg")
    media = "media-source://media_source/local/1.jpg"
    last: Data = {**to_anna, "message_id": "last"}
    legacy: Data = {"target": ["Anna"], "message": "Hi"}
    return {
        "send_message": [
            {**to_both, "message": "Hi"},
            {**tagged, "message": "Closed", "tag": "door"},
            {**tagged, "message": "long " * 1500, "tag": "long"},
        ],
        "send_file": [
            {**to_both, "path": picture, "caption": "Hi"},
            {**to_anna, "url": web_url},
            {**to_anna, "media": media},
            {
                **tagged,
                "files": [{"path": picture}, {"url": web_url}],
                "tag": "picture",
            },
        ],
        "send_location": [
            {**to_both, **place},
            {**to_anna, "entity": "person.anna"},
            {**tagged, **place, "tag": "place"},
        ],
        "send_contact": [{**to_both, **card}, {**tagged, **card, "tag": "place"}],
        "send_poll": [{**to_both, **poll}, {**tagged, **poll, "tag": "place"}],
        "edit_message": [
            {**last, "message": "Closed"},
            {**to_both, "tag": "door", "message": "Closed"},
        ],
        "delete_message": [
            last,
            *({**to_anna, "tag": tag} for tag in ("door", "long", "place")),
            *({**to_anna, "message_id": each} for each in message_ids),
        ],
        "forward_message": [
            {**to_both, "from_chat_id": BORIS, "message_id": "last"},
            {**to_anna, "from_chat_id": "notify.anna", "message_id": message_ids},
        ],
        "mark_read": [to_both, {**to_anna, "message_id": message_ids[0]}],
        "check_number": [{"phone_number": BORIS}],
        "get_chats": [{}, {"type": "group"}, {"search": "anna"}],
        "get_messages": [to_both, {**to_anna, "count": 3}],
        "green_api": [
            legacy,
            {**legacy, "data": {"file": picture, "tag": "door", "replace": True}},
            {**legacy, "data": {"location": place, "poll": poll, "images": [web_url]}},
        ],
    }


@pytest.fixture
def pools(
    loaded: MockConfigEntry, message_ids: Pool, web_url: str, tmp_path: Path
) -> dict[str, Pool]:
    """Return values for the fields, that are of their kind at least."""
    paths = [each if each[:1] in "/~" else str(tmp_path / each) for each in PATHS]
    urls = [web_url, web_url, *URLS]
    chats = ["Anna", "family", *NUMBERS]
    one: dict[str, Pool] = {
        **dict.fromkeys(("message", "title", "caption", "question", "name"), TEXT),
        **dict.fromkeys(("address", "first_name", "middle_name", "last_name"), TEXT),
        **dict.fromkeys(("company", "username", "password"), TEXT),
        **dict.fromkeys(("link_preview", "replace", "verify_ssl"), FLAGS),
        **dict.fromkeys(("multiple_answers", "only_for_me"), FLAGS),
        **dict.fromkeys(("chat_id", "phone_number"), NUMBERS),
        "message_id": ["last", *message_ids],
        "quoted_message_id": ["last", *message_ids],
        **dict.fromkeys(("latitude", "longitude"), DEGREES),
        **dict.fromkeys(("device_id", "area_id", "floor_id", "label_id"), PLACES),
        "bearer": ["token", RIGHT_TO_LEFT, "a b", "a\nb"],
        "config_entry_id": [loaded.entry_id, "none", "{{ 1 }}"],
        "count": [1, 5, "10", 1000, 1001, 0, 2.5],
        "entity": ENTITIES,
        "entity_id": TARGETS,
        "file_name": ["a.jpg", "a", "../a.jpg", ".", "a" * 300, f"{PIZZA}.png", 7],
        "from_chat_id": [*NUMBERS, "notify.anna", "Notify.Boris", "notify.nobody"],
        "media": [*MEDIA, *urls],
        "options": OPTIONS,
        "path": paths,
        "search": ["anna", "@", ".*", PIZZA, 7],
        "tag": TAGS,
        "target": chats,
        "type": ["person", "group", "channel"],
        "typing_time": [1, 20, 21, "00:00:02", {"seconds": 3}, {"days": 1e300}, 1e300],
        "url": urls,
        "push": [{"sound": "default"}],
        "actions": [[{"action": "a"}]],
    }
    random = Random("files")  # noqa: S311

    def some(names: list[str]) -> Data:
        chosen = random.sample(names, random.randint(0, min(4, len(names))))
        return {name: random.choice(one[name] + WEIRD[:9]) for name in chosen}

    items = [some(FILE) for _ in range(60)]
    one |= {
        "file": [*paths, *urls, *MEDIA, *items],
        "images": [*paths, *urls, *MEDIA, *items],
        "files": [[], *([each] for each in items), [{"path": paths[0]}] * 3],
        "location": [
            {"latitude": 1, "longitude": 2},
            *(some(["entity", "latitude", "longitude", "name"]) for _ in range(20)),
        ],
        "poll": [
            {"question": "Arm?", "options": ["Yes", "No"]},
            *(some(["question", "options", "multiple_answers"]) for _ in range(20)),
        ],
    }
    one["data"] = [{}, *(some(IN_DATA) for _ in range(150))]
    return one


def problem_with(error: Exception | None) -> str | None:
    """Return what is wrong with how a call was refused."""
    match error:
        case None | vol.Invalid():
            return None
        case HomeAssistantError(translation_domain="homeassistant"):
            return None
        case HomeAssistantError(translation_domain=domain, translation_key=key) if (
            domain == DOMAIN and key in TEXTS
        ):
            placeholders = error.translation_placeholders or {}
            message = TEXTS[key]["message"]
            fields = {name for _, name, _, _ in string.Formatter().parse(message)}
            missing = fields - {None} - placeholders.keys()
            wrong = {k for k, v in placeholders.items() if not isinstance(v, str)}
            return f"{key}: {missing or wrong}" if missing or wrong else None
    return f"{type(error).__name__}: {str(error)[:200]}"


@pytest.mark.parametrize("action", FIELDS)
async def test_whatever_is_asked_for_it_is_done_or_refused_in_words(
    hass: HomeAssistant,
    instance: Instance,
    usual: dict[str, list[Data]],
    pools: dict[str, Pool],
    action: str,
) -> None:
    fuzz = Fuzz(action, usual[action], {name: pools[name] for name in FIELDS[action]})
    problems: list[tuple[str, str]] = []
    outcomes: Counter[str] = Counter()
    with listening() as complaints:
        for _ in range(CASES // len(FIELDS) + 1):
            data = fuzz.data()
            before = sent(instance)
            error = await attempt(hass, action, data)
            found = [*filter(None, [problem_with(error)]), *complaints.found]
            complaints.found.clear()
            if is_refusal(error) and (after := sent(instance)) != before:
                found.append(f"refused, after {after[len(before) :]}")
            problems += [(each, f"{data!a:.500}") for each in found]
            outcomes["refused" if is_refusal(error) else type(error).__name__] += 1

        # What is remembered of it can be written down.
        hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await hass.async_block_till_done(wait_background_tasks=True)
        problems += [(each, "in the end") for each in complaints.found]
    assert problems == []
    # Chance was fair: it got somewhere, and not everywhere.
    assert outcomes["NoneType"] > 5
    assert outcomes["refused"] > 5


async def attempt(hass: HomeAssistant, action: str, data: Data) -> Exception | None:
    """Call an action, and return what comes of it if that is no response."""
    domain = "notify" if action == "green_api" else DOMAIN
    supports = hass.services.supports_response(domain, action)
    try:
        response = await hass.services.async_call(
            domain,
            action,
            data,
            blocking=True,
            return_response=supports is not SupportsResponse.NONE,
        )
        json_bytes(response)
    except Exception as err:  # noqa: BLE001  which of them is what it is about
        return err
    return None


def sent(instance: Instance) -> list[str]:
    """Return what was done; what is only uploaded, nobody gets."""
    return [each for each in done(instance) if each != "uploadFile"]


def is_refusal(error: Exception | None) -> bool:
    """Tell whether it was the caller's fault."""
    return isinstance(error, ServiceValidationError | vol.Invalid)
