"""The phone page: a phone to look at and to use, and a panel to change the state and switch faults."""

import base64
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
import re
from typing import TYPE_CHECKING

from aiohttp import web

from .acts import act, write
from .faults import FaultKind
from .files import file_answer
from .models import File, InstanceState
from .shown import shown_chats, shown_contacts, shown_qr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .instance import Instance
    from .models import Clock, Json

_PAGE = Path(__file__).with_name("page")
_STYLES = ("phone.css", "talk.css", "writing.css")
_SCRIPTS = (
    "markup.js",
    "contents.js",
    "messages.js",
    "writing.js",
    "linking.js",
    "phone.js",
)
_SUSPENSION = 24 * 60 * 60


class Phone:
    """The pages of all instances. They know neither a token nor a way to the API."""

    def __init__(self, instances: Mapping[str, Instance], clock: Clock) -> None:
        """Show these instances, and those added later."""
        self._instances = instances
        self._clock = clock
        self._html = _page()
        self._headers = {"Content-Security-Policy": _content_policy(self._html)}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the pages."""
        return [
            web.get("/", self._page),
            web.get("/phones.json", self._phones),
            web.get("/phone/{id:[0-9]+}", self._page),
            web.get("/phone/{id:[0-9]+}/messages.json", self._messages),
            web.get("/phone/{id:[0-9]+}/files/{message}", self._file),
            web.post("/phone/{id:[0-9]+}/control", self._control),
            web.post("/phone/{id:[0-9]+}/act", self._act),
            web.post("/phone/{id:[0-9]+}/attach", self._attach),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        if "id" in request.match_info:
            self._instance(request)
        return web.Response(
            text=self._html, content_type="text/html", headers=self._headers
        )

    async def _phones(self, _: web.Request) -> web.Response:
        return _json(
            {
                "phones": [
                    {"id": one.id, "phone": one.phone, "state": one.state}
                    for one in self._instances.values()
                ],
                "states": list(InstanceState),
                "faults": [
                    {"kind": kind, "description": kind.description}
                    for kind in FaultKind
                ],
            }
        )

    async def _messages(self, request: web.Request) -> web.Response:
        instance = self._instance(request)
        return _json(
            {
                "id": instance.id,
                "phone": instance.phone,
                "state": instance.state,
                "queue": len(instance.queue),
                "notifications": len(instance.told),
                "online": instance.phone_online,
                "qr": shown_qr(instance),
                "faults": [
                    {
                        "description": fault.kind.description,
                        "method": fault.method,
                        "chatId": fault.chat_id,
                        "times": fault.times,
                    }
                    for fault in instance.faults.active
                ],
                "contacts": shown_contacts(instance),
                "chats": shown_chats(instance),
            }
        )

    async def _file(self, request: web.Request) -> web.Response:
        """Serve a phone's own copy, which stays when the link is dead."""
        history = self._instance(request).history
        wanted = request.match_info["message"]
        found = (one.message.file for one in history if one.message.id == wanted)
        file = next(found, None)
        if file is None or file.content is None:
            raise web.HTTPNotFound(text="No such file")
        return file_answer(request, file.content, file.content_type, file.name)

    async def _control(self, request: web.Request) -> web.Response:
        instance = self._instance(request)
        return _done(_change, instance, await _wish(request), self._clock)

    async def _act(self, request: web.Request) -> web.Response:
        instance = self._instance(request)
        return _done(act, instance, await _wish(request))

    async def _attach(self, request: web.Request) -> web.Response:
        """Let somebody send a file; what else there is to say stands in the address."""
        instance = self._instance(request)
        # A type browsers ask about first, so that no other web page can send it here.
        if request.content_type != "application/octet-stream":
            raise web.HTTPUnsupportedMediaType
        said = request.query
        if not said.get("name"):
            raise web.HTTPBadRequest
        content = await request.read()
        file = File(
            name=said["name"], content_type=said.get("type", ""), content=content
        )
        return _done(write, instance, said, file)

    def _instance(self, request: web.Request) -> Instance:
        instance = self._instances.get(request.match_info["id"])
        if instance is None:
            raise web.HTTPNotFound(text="No such instance")
        return instance


async def _wish(request: web.Request) -> dict[str, Json]:
    """Return what somebody asks for."""
    # Other web pages can send forms here, but no JSON: browsers ask first.
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        wish = await request.json()
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(wish, dict):
        raise web.HTTPBadRequest
    return wish


def _done[*Arguments](
    do: Callable[[*Arguments], None], *arguments: *Arguments
) -> web.Response:
    """Do it, and tell whether it made sense."""
    try:
        do(*arguments)
    except KeyError, TypeError, ValueError:
        raise web.HTTPBadRequest from None
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _change(instance: Instance, wish: dict[str, Json], clock: Clock) -> None:
    """Do what the panel asks for."""
    if "state" in wish:
        instance.state = InstanceState(str(wish["state"]))
        suspended = instance.state is InstanceState.SUSPENDED
        instance.suspended_until = int(clock()) + _SUSPENSION if suspended else None
    if wish.get("clearFaults"):
        instance.faults.clear()
    if "fault" in wish:
        method = "send*" if wish["onlySends"] else None
        times = 1 if wish["once"] else None
        kind = FaultKind(str(wish["fault"]))
        instance.faults.add(kind, method=method, times=times)


def _page() -> str:
    """Put the page together: one answer, so that it may allow its own script and no other."""
    html = _read("phone.html")
    style = "".join(map(_read, _STYLES))
    script = "".join(map(_read, _SCRIPTS))
    return html.replace("{style}", style).replace("{script}", script)


def _read(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")


def _content_policy(html: str) -> str:
    """Allow the page its own script and style, and nothing else."""

    def source(tag: str) -> str:
        content = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[0]
        digest = base64.b64encode(sha256(content.encode()).digest()).decode()
        return f"{tag}-src 'sha256-{digest}'"

    return (
        f"default-src 'none'; {source('script')}; {source('style')}; "
        "connect-src 'self'; img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _json(body: Json) -> web.Response:
    return web.json_response(body, headers={"Cache-Control": "no-store"})
