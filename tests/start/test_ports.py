"""Ports of the programs that bin/start brings along."""

import socket

from project.commands import LOOPBACK, free_port


def test_no_two_programs_get_one_port() -> None:
    first = free_port()
    assert free_port(first) != first


def test_a_port_that_is_taken_is_not_given() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port
