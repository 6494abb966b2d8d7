"""Where tasks may go: the public internet, and what the ini allows."""

from ipaddress import ip_address

import pytest

from mserve import outlets
from mserve.errors import TaskError
from mserve.outside.address import Unreachable, allowed, is_open, resolve

CLOSED = """
    127.0.0.1 127.255.255.254 10.1.1.1 172.16.0.1 192.168.1.1 100.64.0.1 169.254.169.254 0.0.0.0
    224.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 240.0.0.1 192.0.0.8
    192.88.99.1 :: ::1 fe80::1 fe80::1%lo fec0::1 fd00::1 ff02::1 2001:db8::1 100::1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
    64:ff9b:1::7f00:1 2002:7f00:1:: 2002:a9fe:a9fe::1 2001:0:7f00:1::
""".split()
OPEN = "8.8.8.8 1.1.1.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1".split()


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_public_is_closed(address: str) -> None:
    assert not is_open(ip_address(address), ())


@pytest.mark.parametrize("address", OPEN)
def test_what_is_public_is_open(address: str) -> None:
    assert is_open(ip_address(address), ())


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("10.1.2.3", True), ("10.2.0.1", False), ("::ffff:10.1.2.3", True), ("::1", False),
        ("64:ff9b::a01:203", True), ("64:ff9b::a02:1", False), ("fd00:1::2", True),
        ("2001:0:a01:203::", False),
    ],
)  # fmt: skip
def test_the_ini_opens_networks(address: str, opened: bool) -> None:
    networks = outlets.networks("10.1.0.0/16 fd00:1::/32")
    assert is_open(ip_address(address), networks) is opened


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "::1"])
def test_a_name_is_what_it_leads_to(host: str) -> None:
    words = f"{host} is not on the public internet; mserve.outside_allow"
    with pytest.raises(TaskError, match=words):
        resolve(host, 80, ())
    assert set(resolve(host, 80, outlets.networks("127.0.0.1 ::1"))) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["a..b", ".", "a" * 70 + ".com"])
def test_what_is_no_name_of_a_host_is_told(host: str) -> None:
    with pytest.raises(TaskError, match="is no name of a host"):
        resolve(host, 80, ())


def test_a_host_that_is_not_found_is_told() -> None:
    with pytest.raises((TaskError, Unreachable)) as caught:  # the latter where there is no network
        resolve("no-such-host.invalid", 80, ())
    assert "no host no-such-host.invalid" in str(caught.value) or "looked up" in str(caught.value)


def test_a_bad_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSERVE_OUTSIDE_ALLOW", "10.0.0.0/99")
    with pytest.raises(TaskError, match=r"MSERVE_OUTSIDE_ALLOW=10\.0\.0\.0/99"):
        allowed()
    monkeypatch.delenv("MSERVE_OUTSIDE_ALLOW")
    assert allowed() == ()
