"""What `shortlist serve` says when it cannot start."""

from __future__ import annotations

import socket

from server.commands.serve import main
from server.storage.data_directory import DataDirectory


def test_a_second_server_is_told_of_the_data_before_the_ports(tmp_path, capsys):
    held = DataDirectory.lock(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["--data-dir", str(tmp_path), "--port", port, "--metrics-port", port]) == 2
    held.release()
    assert f"data directory {tmp_path} is in use by process" in capsys.readouterr().err
