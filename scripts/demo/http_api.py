"""What the demo asks of Home Assistant, over the same HTTP API as its frontend."""

import asyncio
from http import HTTPStatus
import json
from typing import Any

import aiohttp

from .home_assistant import INTEGRATION, HomeAssistant
from .progress import Failure

type Json = dict[str, Any]

USER = PASSWORD = "demo"  # noqa: S105 - printed for everybody to use, on this machine only
_CREDENTIALS = {"username": USER, "password": PASSWORD}
_START_SECONDS = 240
_LOAD_SECONDS = 30
_FLOWS = "/api/config/config_entries/flow"
_SUBENTRY_FLOWS = "/api/config/config_entries/subentries/flow"
_MOST_STEPS = 10  # of a flow that comes to an end


class HomeAssistantApi:
    """A client that is logged in as the owner."""

    def __init__(self, session: aiohttp.ClientSession, server: HomeAssistant) -> None:
        """Take the Home Assistant to talk to."""
        self._session = session
        self._server = server
        self._client = {"client_id": f"{server.url}/"}
        self._headers: dict[str, str] = {}
        self.tokens: Json = {}

    async def log_in(self) -> None:
        """Wait for a server that answers, and log in as its owner."""
        try:
            async with asyncio.timeout(_START_SECONDS):
                while (has_owner := await self._has_owner()) is None:
                    self._server.check()
                    await asyncio.sleep(0.2)
        except TimeoutError:
            what = f"Home Assistant takes too long to start; see {self._server.log}"
            raise Failure(what) from None
        code = await (self._enter() if has_owner else self._create_owner())
        grant = {"grant_type": "authorization_code", "code": code, **self._client}
        url = f"{self._server.url}/auth/token"
        async with self._session.post(url, data=grant) as response:
            self.tokens = await response.json()
        self.use_token(self.tokens["access_token"])

    def use_token(self, token: str) -> None:
        """Be logged in with this token from now on."""
        self._headers = {"Authorization": f"Bearer {token}"}

    async def wait_until_running(self) -> str:
        """Wait until everything is set up, and return the version."""
        while (config := await self.get("/api/config"))["state"] != "RUNNING":
            self._server.check()
            await asyncio.sleep(0.2)
        return str(config["version"])

    async def add_instance(self, user_input: Json, mode: str) -> tuple[str, str | None]:
        """Set an instance up, and return its entry's id and that of the flow it leads to.

        It receives by `mode`, unless somebody else does who would not hear any more.
        """
        flow = await self.post(_FLOWS, {"handler": INTEGRATION.name})
        modes = iter((mode,))
        for _ in range(_MOST_STEPS):
            if flow["type"] == "create_entry":
                next_flow = flow.get("next_flow")
                return flow["result"]["entry_id"], next_flow and next_flow[1]
            if flow["type"] == "menu" and "receive" in flow["menu_options"]:
                answer = {"next_step_id": "receive"}
            elif flow["type"] != "form" or flow["errors"]:
                break
            elif flow["step_id"] == "receive":
                answer = {"mode": next(modes, "off")}
            else:
                answer = user_input if flow["step_id"] == "user" else {}
            flow = await self.post(f"{_FLOWS}/{flow['flow_id']}", answer)
        raise Failure(_reason(flow, "config"))

    async def reconfigure_instance(self, entry_id: str, user_input: Json) -> None:
        """Change token and server of an instance."""
        handler = {"handler": INTEGRATION.name, "entry_id": entry_id}
        flow = await self.post(_FLOWS, handler)
        result = await self.post(f"{_FLOWS}/{flow['flow_id']}", user_input)
        if result.get("reason") != "reconfigure_successful":
            raise Failure(_reason(result, "config"))

    async def add_chat(
        self, entry_id: str, user_input: Json, flow_id: str | None = None
    ) -> None:
        """Add a chat in a flow that is open already, or in a new one."""
        if flow_id is None:
            flow = await self.post(_SUBENTRY_FLOWS, {"handler": [entry_id, "chat"]})
            flow_id = flow["flow_id"]
        result = await self.post(f"{_SUBENTRY_FLOWS}/{flow_id}", user_input)
        there = result.get("reason") == "already_configured"
        if result["type"] != "create_entry" and not there:
            raise Failure(_reason(result, "config_subentries", "chat"))

    async def wait_until_loaded(self) -> None:
        """Wait until the instances work: each chat that is added starts them anew."""
        path = f"/api/config/config_entries/entry?domain={INTEGRATION.name}"
        async with asyncio.timeout(_LOAD_SECONDS):
            while any(entry["state"] != "loaded" for entry in await self.get(path)):
                self._server.check()
                await asyncio.sleep(0.1)

    async def call_action(self, action: str, data: Json) -> Json:
        """Call an action, and return its response."""
        path = f"/api/services/{action.replace('.', '/')}?return_response"
        response: Json = (await self.post(path, data))["service_response"]
        return response

    async def entity_ids(self) -> list[str]:
        """Return the entities of the integration."""
        states = await self.get("/api/states")
        template = f"{{{{ integration_entities('{INTEGRATION.name}') | join(',') }}}}"
        ids = (await self._ask("POST", "/api/template", {"template": template})).split(
            ","
        )
        return sorted(
            state["entity_id"] for state in states if state["entity_id"] in ids
        )

    async def entities_with(self, attribute: str, value: str) -> list[str]:
        """Return the entities that have this attribute."""
        return [
            state["entity_id"]
            for state in await self.get("/api/states")
            if state["attributes"].get(attribute) == value
        ]

    async def get(self, path: str) -> Any:
        """Return what is there."""
        return await self._ask("GET", path)

    async def post(self, path: str, body: Json) -> Any:
        """Send something, and return the answer."""
        return await self._ask("POST", path, body)

    async def _ask(self, method: str, path: str, body: Json | None = None) -> Any:
        url = f"{self._server.url}{path}"
        async with self._session.request(
            method, url, json=body, headers=self._headers
        ) as response:
            if response.ok:
                is_json = response.content_type == "application/json"
                return await (response.json() if is_json else response.text())
            said = f"{path}: {response.status}, {await response.text()}"
        what = f"Home Assistant refuses {said}"
        raise Failure(what)

    async def _create_owner(self) -> str:
        owner = {**_CREDENTIALS, "name": "Demo", "language": "en"}
        answer = await self.post("/api/onboarding/users", owner | self._client)
        return str(answer["auth_code"])

    async def _enter(self) -> str:
        where = {
            "handler": ["homeassistant", None],
            "redirect_uri": self._client["client_id"],
        }
        flow = await self.post("/auth/login_flow", where | self._client)
        url = f"/auth/login_flow/{flow['flow_id']}"
        answer = await self.post(url, _CREDENTIALS | self._client)
        if "result" not in answer:
            raise Failure("The owner has another password now; --fresh starts anew.")
        return str(answer["result"])

    async def _has_owner(self) -> bool | None:
        """Tell whether there is an owner; None while nobody answers."""
        url = f"{self._server.url}/api/onboarding"
        try:
            async with self._session.get(url) as response:
                if response.status == HTTPStatus.NOT_FOUND:
                    return True  # the steps are gone when all are done
                steps = await response.json()
        except aiohttp.ClientConnectionError:
            return None
        return any(step["step"] == "user" and step["done"] for step in steps)


def _reason(result: Json, *flow: str) -> str:
    """Return why a flow did not do it, as its dialog would say it."""
    texts = json.loads((INTEGRATION / "translations" / "en.json").read_text())
    for key in flow:
        texts = texts[key]
    placeholders = result.get("description_placeholders") or {}
    errors = result.get("errors") or {}
    if result["type"] == "abort":
        said = [texts["abort"].get(result["reason"], result["reason"])]
    elif errors:
        said = [texts["error"].get(key, key) for key in errors.values()]
    else:
        # A step that only a person can do, as to link a phone.
        step = texts["step"].get(result.get("step_id"), {})
        said = [step.get("description") or f"The flow stops at {result.get('step_id')}"]
    return " ".join(str(text).format(**placeholders) for text in said)
