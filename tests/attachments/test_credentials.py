"""Files behind a password or a token: who is told them, and who is not."""

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
import pytest

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from tests.actions import text, told
from tests.simulator import Instance

from .sending import (
    BEARER,
    IN_URL,
    PASSWORD,
    QUERY,
    USERNAME,
    arrived,
    calls,
    digest,
    failed,
    send_file,
    some_bytes,
    with_login,
)
from .web_server import Basic, Bearer, Digest, Lock, WebServer

pytestmark = pytest.mark.usefixtures("loaded")

CONTENT = some_bytes(100_000)
LOGIN = {"username": USERNAME, "password": PASSWORD}
TOKEN = {"bearer": BEARER}

# What opens, and what one says for it.
KEYS: tuple[tuple[Lock, dict[str, str]], ...] = (
    (Basic(USERNAME, PASSWORD), LOGIN),
    (Digest(USERNAME, PASSWORD), LOGIN),
    (Bearer(BEARER), TOKEN),
)


@pytest.fixture
def url(web_server: WebServer) -> str:
    """Return the URL of a picture that everybody may see."""
    return web_server.serve("/door.jpg", CONTENT, "image/jpeg")


def schemes(web_server: WebServer) -> list[str | None]:
    """Return in which way those who asked proved who they are, in order."""
    return [each and each.partition(" ")[0] for each in web_server.authorizations]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_password(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    url: str,
    status: int,
) -> None:
    web_server.guard("/door.jpg", Basic(USERNAME, PASSWORD), status=status)
    ways = (
        {"url": url, **LOGIN},
        {"url": with_login(url)},
        {"url": url.replace("//", f"//{USERNAME}@"), "password": PASSWORD},
        # What is said apart counts.
        {"url": url.replace("//", "//nobody:nothing@"), **LOGIN},
    )
    for nth, data in enumerate(ways, 1):
        web_server.asked.clear()
        await send_file(hass, **data)
        assert digest(arrived(instance, nth)[1].content) == digest(CONTENT)
        # Nobody is told a password who has not asked for one.
        assert schemes(web_server) == [None, "Basic"]


async def test_a_password_of_nobody_in_particular(
    hass: HomeAssistant, instance: Instance, web_server: WebServer, url: str
) -> None:
    """As some devices have it."""
    web_server.guard("/door.jpg", Basic("", PASSWORD))
    ways = (
        {"url": url, "password": PASSWORD},
        {"url": url, "username": "", "password": PASSWORD},
        {"url": url.replace("//", f"//:{quote(PASSWORD)}@")},
    )
    for nth, data in enumerate(ways, 1):
        await send_file(hass, **data)
        arrived(instance, nth)


async def test_a_password_that_nobody_asks_for(
    hass: HomeAssistant, instance: Instance, web_server: WebServer, url: str
) -> None:
    await send_file(hass, url=url, **LOGIN)
    arrived(instance)
    assert schemes(web_server) == [None]


async def test_a_digest(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    nth = 0
    for algorithm, qop in product(("MD5", "SHA-256"), (None, "auth")):
        url = web_server.serve("/a b/דלת.jpg", CONTENT, "image/jpeg")
        lock = Digest(USERNAME, PASSWORD, algorithm=algorithm, qop=qop)
        web_server.guard("/a b/דלת.jpg", lock)
        for data in (
            {"url": f"{url}?a=b%20c&{QUERY}", **LOGIN},
            {"url": f"{with_login(url)}?a=b%20c&{QUERY}"},
        ):
            with subtests.test(algorithm=algorithm, qop=qop, data=data):
                nth += 1
                web_server.asked.clear()
                await send_file(hass, **data)
                assert digest(arrived(instance, nth)[1].content) == digest(CONTENT)
                first, *_, last = schemes(web_server)
                assert (first, last) == (None, "Digest")
                # A camera takes a password that it did not ask for as an attack.
                assert "Basic" not in schemes(web_server)


async def test_a_server_that_takes_a_digest_and_a_password(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    locks = Digest(USERNAME, PASSWORD), Basic(USERNAME, PASSWORD)
    cases = product((locks, locks[::-1]), (True, False))
    for nth, (order, one_header) in enumerate(cases, 1):
        names = [type(each).__name__ for each in order]
        with subtests.test(order=names, one_header=one_header):
            url = web_server.serve("/door.jpg", CONTENT, "image/jpeg")
            web_server.guard("/door.jpg", *order, one_header=one_header)
            await send_file(hass, url=url, **LOGIN)
            assert digest(arrived(instance, nth)[1].content) == digest(CONTENT)


async def test_a_token(
    hass: HomeAssistant, instance: Instance, web_server: WebServer, url: str
) -> None:
    web_server.guard("/door.jpg", Bearer(BEARER))
    await send_file(hass, url=url, bearer=f" {BEARER}\n")
    assert web_server.authorizations == [f"Bearer {BEARER}"]
    assert digest(arrived(instance)[1].content) == digest(CONTENT)


async def test_credentials_that_are_wrong(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    for lock, data, times in (
        (Basic(USERNAME, "other"), LOGIN, 2),
        (Basic("other", PASSWORD), LOGIN, 2),
        (Basic(USERNAME, PASSWORD), {"username": USERNAME}, 2),
        (Basic(USERNAME, PASSWORD), {"password": PASSWORD}, 2),
        (Basic(USERNAME, PASSWORD), TOKEN, 1),
        (Basic(USERNAME, PASSWORD), {}, 1),
        (Digest(USERNAME, "other"), LOGIN, 3),
        (Digest(USERNAME, PASSWORD), TOKEN, 1),
        (Bearer("other"), TOKEN, 1),
        (Bearer("other"), LOGIN, 2),
    ):
        with subtests.test(lock=type(lock).__name__, data=data):
            url = web_server.serve("/door.jpg", CONTENT, "image/jpeg")
            web_server.guard("/door.jpg", lock)
            web_server.asked.clear()
            error = await failed(hass, instance, url=f"{url}?{QUERY}", **data)
            assert await told(hass, error) == text("url_refused", url=url)
            # A camera may lock out who tries too often.
            assert len(web_server.asked) == times
            if isinstance(lock, Digest):
                assert "Basic" not in schemes(web_server)
    assert calls(instance, "uploadFile") == []


async def test_credentials_that_cannot_be_used(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    url: str,
    subtests: pytest.Subtests,
) -> None:
    for user_info, data in (
        ("", {"username": "door:keeper", "password": PASSWORD}),
        ("door%3Akeeper:x@", {}),
        ("", {"bearer": "eyJhbGci\nX-Other: 1"}),
        ("", {"bearer": "eyJhbGci OiJ9"}),
        ("", {"bearer": "токен"}),
        ("", {**TOKEN, **LOGIN}),
        ("", {**TOKEN, "username": USERNAME}),
        (IN_URL, TOKEN),
    ):
        with subtests.test(user_info=user_info, data=data):
            given = url.replace("//", f"//{user_info}")
            error = await failed(hass, instance, url=f"{given}?{QUERY}", **data)
            assert isinstance(error, ServiceValidationError)
            assert await told(hass, error) == text("invalid_credentials", url=url)
    assert web_server.asked == []


async def test_fields_that_are_left_blank(
    hass: HomeAssistant, instance: Instance, web_server: WebServer, url: str
) -> None:
    """As the visual editor leaves them, and templates do."""
    blank = {"username": "", "password": "", "bearer": ""}
    await send_file(hass, url=url, **blank)
    arrived(instance)
    assert schemes(web_server) == [None]


# Where they may go


async def test_credentials_stay_with_their_server(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    nth = 0
    for lock, data in KEYS:
        for guarded in (["/a", "/door.jpg"], ["/door.jpg"]):
            with subtests.test(lock=type(lock).__name__, guarded=guarded):
                nth += 1
                web_server.serve("/door.jpg", CONTENT, "image/jpeg")
                url = web_server.redirect("/a", "/door.jpg")
                for path in guarded:
                    web_server.guard(path, lock)
                await send_file(hass, url=url, **data)
                assert digest(arrived(instance, nth)[1].content) == digest(CONTENT)


async def test_no_other_server_sees_credentials(
    hass: HomeAssistant,
    instance: Instance,
    web_server: WebServer,
    subtests: pytest.Subtests,
) -> None:
    web_server.serve("/door.jpg", CONTENT, "image/jpeg")
    for lock, data in KEYS:
        for guarded in (["/a"], []):
            with subtests.test(lock=type(lock).__name__, guarded=guarded):
                away = f"{web_server.elsewhere}/door.jpg?{QUERY}"
                url = web_server.redirect("/a", away)
                for path in guarded:
                    web_server.guard(path, lock)
                error = await failed(hass, instance, url=f"{url}?{QUERY}", **data)
                assert await told(hass, error) == text("url_redirects_away", url=url)
    assert {each.host for each in web_server.asked} == {"127.0.0.1"}


async def test_another_port_is_another_server(
    hass: HomeAssistant, instance: Instance, web_server: WebServer
) -> None:
    other = WebServer()
    await other.start()
    try:
        target = other.serve("/door.jpg", CONTENT, "image/jpeg")
        url = web_server.redirect("/a", target)
        error = await failed(hass, instance, url=url, **TOKEN)
    finally:
        await other.stop()
    assert await told(hass, error) == text("url_redirects_away", url=url)
    assert other.asked == []


# Certificates


@pytest.fixture
def certificate(tmp_path: Path) -> SSLContext:
    """Return a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "camera")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "camera.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_a_certificate_that_nobody_vouches_for(
    hass: HomeAssistant, instance: Instance, certificate: SSLContext
) -> None:
    server = WebServer(certificate)
    await server.start()
    url = server.serve("/door.jpg", CONTENT, "image/jpeg")
    server.guard("/door.jpg", Basic(USERNAME, PASSWORD))
    try:
        for data in ({}, {"verify_ssl": True}):
            error = await failed(hass, instance, url=f"{url}?{QUERY}", **LOGIN, **data)
            assert await told(hass, error) == text("url_unreachable", url=url)
        assert server.asked == []
        await send_file(hass, url=url, **LOGIN, verify_ssl=False)
    finally:
        await server.stop()
    assert digest(arrived(instance)[1].content) == digest(CONTENT)
