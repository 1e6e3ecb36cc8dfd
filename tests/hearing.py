"""For `import *`, which brings a test module the fixtures of an instance that receives."""

from .receiver.conftest import hass_config_dir, polling, receiving_instance

__all__ = ["hass_config_dir", "polling", "receiving_instance"]
