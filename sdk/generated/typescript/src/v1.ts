// Generated from the contract. Change the contract or the generator, not this file.
export * from "./gen/shortlist/v1/catalog_service_pb.js";
export * from "./gen/shortlist/v1/error_reason_pb.js";
export * from "./gen/shortlist/v1/event_pb.js";
export * from "./gen/shortlist/v1/event_service_pb.js";
export * from "./gen/shortlist/v1/item_pb.js";
export * from "./gen/shortlist/v1/recommendation_pb.js";
export * from "./gen/shortlist/v1/recommendation_service_pb.js";
export * from "./gen/shortlist/v1/request_context_pb.js";
export * from "./gen/shortlist/v1/user_pb.js";
export * from "./gen/shortlist/v1/user_service_pb.js";
