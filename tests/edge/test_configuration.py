"""The configuration: Envoy accepts it, it is the same each time, and the contract makes it."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf import descriptor_pb2
from pydantic import ValidationError

from deploy.envoy.binary import envoy_binary
from deploy.envoy.bootstrap import bootstrap, to_json
from deploy.envoy.contract import load_contract
from deploy.envoy.options import DESCRIPTORS
from deploy.envoy.settings import EdgeSettings, TlsSettings, UpstreamSettings
from tests.edge.harness import CONTRACT, TRENDING, get

ONE = (UpstreamSettings(endpoints=("127.0.0.1:50051",)),)
TWO = (
    UpstreamSettings(endpoints=("10.0.0.1:50051", "10.0.0.2:50051"), weight=95),
    UpstreamSettings(name="canary", endpoints=("canary.internal:50051",), weight=5),
)


def certificate(folder: Path) -> TlsSettings:
    """Write a certificate of its own for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    settings = TlsSettings(certificate=folder / "edge.pem", key=folder / "edge.key")
    settings.certificate.write_bytes(signed.public_bytes(pem))
    settings.key.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return settings


def validate(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let Envoy itself check a configuration."""
    path = folder / "envoy.json"
    path.write_text(text)
    command = [envoy_binary(), "--mode", "validate", "-c", path, "--disable-hot-restart"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("kind", ["plain", "canary", "everything"])
def test_envoy_accepts_it(kind, tmp_path, checks, pages):
    settings = {
        "plain": lambda: EdgeSettings(upstreams=ONE),
        "canary": lambda: EdgeSettings(upstreams=TWO, origins=("https://shop.example",)),
        "everything": lambda: EdgeSettings(
            upstreams=TWO, tls=certificate(tmp_path), auth=checks, static=pages, trusted_hops=1
        ),
    }[kind]()
    checked = validate(to_json(bootstrap(CONTRACT, settings)), tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "deprecated" not in checked.stderr.lower()


def test_envoy_refuses_what_is_no_configuration(tmp_path):
    config = bootstrap(CONTRACT, EdgeSettings(upstreams=ONE))
    config["static_resources"]["listeners"][0]["nonsense"] = True
    assert validate(to_json(config), tmp_path).returncode != 0


def test_it_is_the_same_each_time():
    settings = EdgeSettings(upstreams=TWO)
    assert to_json(bootstrap(load_contract(DESCRIPTORS), settings)) == to_json(
        bootstrap(load_contract(DESCRIPTORS), settings)
    )


def test_a_method_that_is_added_to_the_contract_is_served(tmp_path):
    file_set = descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())
    service = next(
        service
        for file in file_set.file
        for service in file.service
        if service.name == "RecommendationService"
    )
    added = service.method.add()
    added.CopyFrom(next(each for each in service.method if each.name == "ListTrending"))
    added.name = "ListForgotten"
    changed = tmp_path / "changed.binpb"
    changed.write_bytes(file_set.SerializeToString())
    config = bootstrap(load_contract(changed), EdgeSettings(upstreams=ONE))
    chain = config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]
    manager = chain["typed_config"]
    routes = manager["route_config"]["virtual_hosts"][0]["routes"]
    path = "/shortlist.v1.RecommendationService/ListForgotten"
    route = next(each for each in routes if each["name"] == path)
    assert route["route"]["max_stream_duration"]["max_stream_duration"] == "2s"
    transcoder = next(f for f in manager["http_filters"] if "transcoder" in f["name"])
    descriptors = base64.b64decode(transcoder["typed_config"]["proto_descriptor_bin"])
    assert path.encode() in descriptors
    admission = next(f for f in manager["http_filters"] if f["name"].endswith("admission"))
    script = admission["typed_config"]["default_source_code"]["inline_string"]
    assert f'["{path}"] = 1' in script


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"upstreams": []}, "upstreams"),
        ({"upstreams": [{"endpoints": ["a:1"], "weight": 0}]}, "weight above 0"),
        ({"upstreams": [{"endpoints": ["a:1"]}, {"endpoints": ["b:1"]}]}, "name of its own"),
        ({"upstreams": [{"endpoints": ["a:1"]}], "prot": 1}, "prot"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(settings, fault):
    with pytest.raises(ValidationError, match=fault):
        EdgeSettings.model_validate(settings)


def test_the_command_writes_it(tmp_path):
    (tmp_path / "edge.toml").write_text('port = 8081\n[[upstreams]]\nendpoints = ["a:50051"]\n')
    output = tmp_path / "envoy.json"
    command = [sys.executable, "-m", "deploy.envoy.generate"]
    command += ["--config", str(tmp_path / "edge.toml"), "--output", str(output), "--port", "8082"]
    subprocess.run(command, check=True, timeout=60)
    listener = json.loads(output.read_text())["static_resources"]["listeners"][0]
    assert listener["address"]["socket_address"]["port_value"] == 8082


def test_tls_speaks_http2_and_http11(open_server, start_edge, tmp_path):
    tls = certificate(tmp_path)
    edge = start_edge(open_server, tls=tls)
    trust = ssl.create_default_context(cafile=str(tls.certificate))
    connection = http.client.HTTPSConnection("localhost", edge.port, context=trust, timeout=10)
    connection.request("GET", "/v1/trending?page_size=1")
    assert connection.getresponse().status == 200
    connection.close()
    credentials = grpc.ssl_channel_credentials(tls.certificate.read_bytes())
    with grpc.secure_channel(f"localhost:{edge.port}", credentials) as channel:
        assert channel.unary_unary(TRENDING)(b"", timeout=10)


def test_the_access_log_has_no_secrets(guarded_server, start_edge, checks, credentials, tmp_path):
    path = tmp_path / "access.log"
    edge = start_edge(guarded_server, auth=checks, access_log=path)
    get(edge.port, "/v1/trending?context.platform=secret", **credentials.key("client"))
    get(edge.port, "/v1/trending", **credentials.token("expired"))
    edge.stop()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(each["path"], each["status"]) for each in lines] == [
        ("/v1/trending", 200),
        ("/v1/trending", 401),
    ]
    assert lines[0]["route"].endswith("/ListTrending")
    assert "jwt_authn_access_denied" in lines[1]["details"]
    text = path.read_text()
    assert "secret" not in text
    assert credentials.keys["client"] not in text
    assert credentials.tokens["expired"] not in text


def test_connections_beyond_the_limit_are_refused(open_server, start_edge):
    edge = start_edge(open_server, max_connections=2)
    held = [http.client.HTTPConnection("127.0.0.1", edge.port, timeout=5) for _ in range(2)]
    for each in held:
        each.request("GET", "/healthz")
        each.getresponse().read()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        get(edge.port, "/healthz")
    for each in held:
        each.close()
