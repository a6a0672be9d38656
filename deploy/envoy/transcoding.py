"""The descriptor set that Envoy's transcoder reads."""

from __future__ import annotations

from google.api import annotations_pb2, http_pb2
from google.protobuf import descriptor_pb2
from google.rpc import error_details_pb2

from deploy.envoy.contract import EdgeContract


def transcoder_descriptors(contract: EdgeContract) -> bytes:
    """Return the contract's descriptors with one more binding for each unary method.

    Connect's JSON form is a POST to `/package.Service/Method`, and the transcoder's own mapping to
    it leaves out every method that has a binding. Error details are added: the transcoder prints
    them by their types.
    """
    file_set = descriptor_pb2.FileDescriptorSet()
    file_set.CopyFrom(contract.file_set)
    present = {file.name for file in file_set.file}
    if error_details_pb2.DESCRIPTOR.name not in present:
        error_details_pb2.DESCRIPTOR.CopyToProto(file_set.file.add())
    for file in file_set.file:
        for service in file.service:
            for method in service.method:
                _bind(method, f"/{file.package}.{service.name}/{method.name}")
    return file_set.SerializeToString(deterministic=True)


def _bind(method: descriptor_pb2.MethodDescriptorProto, path: str) -> None:
    if method.client_streaming or method.server_streaming:
        method.options.ClearExtension(annotations_pb2.http)
        return
    rule = method.options.Extensions[annotations_pb2.http]
    binding = http_pb2.HttpRule(post=path, body="*")
    if rule.WhichOneof("pattern") is None:
        rule.CopyFrom(binding)
    else:
        rule.additional_bindings.add().CopyFrom(binding)
