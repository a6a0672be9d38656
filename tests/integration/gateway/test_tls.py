"""TLS, with a certificate for localhost that is good for nothing else."""

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from server.gateway.server import GatewayServer
from server.gateway.settings import GatewaySettings, TlsSettings
from tests.integration.gateway.conftest import backends

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUA1roAWJBgm5VDq9jvj3USIU/G90wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzA0MjU1MloYDzIxMjYxMDMw
MDQyNTUyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARxyOO8hiKI8MktXaL2M4P3YeLrXXvOMXCyOtMD7YUkfT8b3g0mbbRG
3IJZhxk9HyknxK0YONUGOszO+e3CptGbo28wbTAdBgNVHQ4EFgQU/0+tnShoz6wE
WMa3WaCVP728Fh8wHwYDVR0jBBgwFoAU/0+tnShoz6wEWMa3WaCVP728Fh8wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhALH4dRR1tiuknM2X4BO9dDOf31rjwupFj4T3fTWfvKjxAiAP
5o6GtYThDl3S7WoeGoMHkBLTlTbh7PXhkEE+a3ZNcw==
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCpKr+XPW6FbxRqkv
C0V8qriNFGlhsGkBfgVicc0AOD+hRANCAARxyOO8hiKI8MktXaL2M4P3YeLrXXvO
MXCyOtMD7YUkfT8b3g0mbbRG3IJZhxk9HyknxK0YONUGOszO+e3CptGb
-----END PRIVATE KEY-----
"""


async def test_it_serves_over_tls(tmp_path):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_text(CERTIFICATE)
    key.write_text(KEY)
    for authority in (None, certificate):
        tls = TlsSettings(certificate=certificate, key=key, client_authority=authority)
        server = GatewayServer(GatewaySettings(port=0, tls=tls), backends())
        port = await server.start()
        own = (KEY.encode(), CERTIFICATE.encode()) if authority else (None, None)
        credentials = grpc.ssl_channel_credentials(CERTIFICATE.encode(), *own)
        async with grpc.aio.secure_channel(f"localhost:{port}", credentials) as channel:
            health = health_pb2_grpc.HealthStub(channel)
            reply = await health.Check(health_pb2.HealthCheckRequest(), timeout=10)
            assert reply.status == health_pb2.HealthCheckResponse.NOT_SERVING
        await server.stop()
