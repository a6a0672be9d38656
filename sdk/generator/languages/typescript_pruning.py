"""Takes out of other people's protos what the API does not use: pages load every descriptor."""

from __future__ import annotations

from dataclasses import replace

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import Api
from sdk.generator.language import Target

_MESSAGES, _SERVICES = 4, 6
# Details of errors are looked up by callers; nothing in the API names them.
_WHOLE = "google/rpc/"


def prune(target: Target, api: Api) -> Target:
    """Return a target whose dependencies end with the last message that the API uses.

    Those between stay: descriptors name messages by their places.
    """
    used = {each.full_name for each in api.messages}
    files = pb.FileDescriptorSet.FromString(target.descriptor_set)
    for file in files.file:
        if file.name in target.dependencies and not file.name.startswith(_WHOLE):
            _prune(file, used)
    return replace(target, descriptor_set=files.SerializeToString(deterministic=True))


def _prune(file: pb.FileDescriptorProto, used: set[str]) -> None:
    places = [
        place
        for place, message in enumerate(file.message_type)
        if f"{file.package}.{message.name}" in used
    ]
    kept = max(places, default=-1) + 1
    del file.message_type[kept:]
    del file.service[:]
    locations = [
        each
        for each in file.source_code_info.location
        if each.path[:1] != [_SERVICES]
        and not (each.path[:1] == [_MESSAGES] and each.path[1] >= kept)
    ]
    del file.source_code_info.location[:]
    file.source_code_info.location.extend(locations)
