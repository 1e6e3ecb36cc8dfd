"""What a person is asked of an instance, and what of it goes into its entry."""

from collections.abc import Mapping
from typing import Any, Final

from probatio import Secret
import voluptuous as vol

from homeassistant.const import CONF_TOKEN
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .const import CONF_API_URL, CONF_INSTANCE_ID, CONF_MEDIA_URL, SECTION_SERVER

_TOKEN_SELECTOR: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_URL_SELECTOR: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))

_SERVER_SECTION: Final = section(
    vol.Schema(
        {
            vol.Optional(CONF_API_URL): _URL_SELECTOR,
            vol.Optional(CONF_MEDIA_URL): _URL_SELECTOR,
        }
    ),
    {"collapsed": True},
)
TOKEN_SCHEMA: Final = vol.Schema({vol.Required(Secret(CONF_TOKEN)): _TOKEN_SELECTOR})
RECONFIGURE_SCHEMA: Final = TOKEN_SCHEMA.extend(
    {vol.Optional(SECTION_SERVER): _SERVER_SECTION}
)
USER_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_INSTANCE_ID): TextSelector()}
).extend(RECONFIGURE_SCHEMA.schema)


def instance_title(instance_id: str) -> str:
    """Return the name of an instance; without the phone number, as logs show it."""
    return f"GREEN-API {instance_id}"


def credentials(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return the part of a form that goes into the entry's data, if the form asks for it."""
    found = {CONF_TOKEN: user_input[CONF_TOKEN].strip()}
    if SECTION_SERVER in user_input:
        server: Mapping[str, str] = user_input[SECTION_SERVER]
        for key in (CONF_API_URL, CONF_MEDIA_URL):
            found[key] = server.get(key, "").strip()
    return found
