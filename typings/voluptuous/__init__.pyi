# Home Assistant answers `import voluptuous` with probatio; this says the same to a type checker.
from probatio import *
