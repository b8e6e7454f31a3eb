"""Which addresses a feed may be at."""

from ipaddress import ip_network

import pytest

from services.desk.follow.address import may_be_asked

PUBLIC = [
    "93.184.216.34",
    "8.8.8.8",
    "2606:2800:220:1:248:1893:25c8:1946",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
CLOSED = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.1.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_asked(address: str):
    assert may_be_asked(address, ())


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_of_a_machine_or_a_private_network_may_not(address: str):
    assert not may_be_asked(address, ())


def test_a_network_that_was_allowed_may_be_asked_and_no_other():
    allowed = (ip_network("10.0.0.0/8"), ip_network("::1/128"))

    assert may_be_asked("10.1.2.3", allowed)
    assert may_be_asked("::ffff:10.1.2.3", allowed)
    assert may_be_asked("::1", allowed)
    assert not may_be_asked("192.168.1.1", allowed)


def test_what_is_no_address_is_refused():
    with pytest.raises(ValueError, match="not-an-address"):
        may_be_asked("not-an-address", ())
