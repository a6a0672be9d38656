export type { MockErrorInit } from "./testing/mock_errors.js";
export { mockError } from "./testing/mock_errors.js";
export type { MockAnswer, RecordedCall } from "./testing/mock_transport.js";
export { MockTransport } from "./testing/mock_transport.js";
