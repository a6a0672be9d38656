// Generated from the contract. Change the contract or the generator, not this file.
export * from "./gen/music/v1/album_pb.js";
export * from "./gen/music/v1/album_service_pb.js";
export * from "./gen/music/v1/error_reason_pb.js";
export * from "./gen/music/v1/play_service_pb.js";
export * from "./gen/music/v1/radio_service_pb.js";
