-- The edge's own refusals, in the shape that the caller's protocol has for errors.

-- Envoy's reasons for refusing, most telling first: {pattern of the details, reason, message}.
local BY_DETAILS = {
  { "^jwt_authn_access_denied{Jwt_is_expired", "CREDENTIALS_EXPIRED", "the token has expired" },
  { "^jwt_authn_access_denied{Jwt_is_missing", "CREDENTIALS_MISSING", "no credentials were sent" },
  { "^jwt_authn_access_denied", "CREDENTIALS_INVALID", "the token is not valid here" },
  { "^local_rate_limited", "QUOTA_EXHAUSTED", "the quota is used up; retry after the given delay" },
  { "^upgrade_failed", "INVALID_REQUEST", "no other protocol is spoken on this connection" },
}
local UNIMPLEMENTED = 12
local IS_UNKNOWN_METHOD = { ["404"] = true, ["405"] = true, ["501"] = true }
local BY_STATUS = {
  ["401"] = { "CREDENTIALS_INVALID", "the credentials are not valid here" },
  ["403"] = { "SCOPE_INSUFFICIENT", "the caller may not do this" },
  ["404"] = { "INVALID_REQUEST", "there is no such path or method" },
  ["405"] = { "INVALID_REQUEST", "the path has no such method" },
  ["408"] = { "DEADLINE_TOO_SHORT", "the deadline passed before the request was complete" },
  ["413"] = { "INVALID_REQUEST", "the request is too large" },
  ["429"] = { "QUOTA_EXHAUSTED", "the quota is used up; retry after the given delay" },
  ["431"] = { "INVALID_REQUEST", "the request's headers are too large" },
  ["500"] = { "INTERNAL", "internal error" },
  ["501"] = { "INVALID_REQUEST", "there is no such method" },
  ["502"] = { "DEPENDENCY_UNAVAILABLE", "no server answered" },
  ["503"] = { "DEPENDENCY_UNAVAILABLE", "no server is available" },
  ["504"] = { "DEADLINE_TOO_SHORT", "the deadline passed before a server answered" },
}

local function reason_of(status, details, own)
  if own then
    return own
  end
  for _, each in ipairs(BY_DETAILS) do
    if string.find(details, each[1]) then
      return { each[2], each[3] }
    end
  end
  return BY_STATUS[status] or { "INVALID_REQUEST", "the request cannot be understood" }
end

-- Waiting for the body ends the life of a headers object, so that is fetched after it. To HEAD goes
-- none: Envoy would send it all the same, and the next reply on the connection would begin with it.
local function set_body(handle, status, json, verb)
  if verb ~= "HEAD" then
    handle:body(true):setBytes(json)
  end
  local headers = handle:headers()
  headers:replace(":status", status)
  headers:replace("content-type", "application/json")
  headers:replace("content-length", tostring(#json))
end

local function refuse(handle, shape, failure, status)
  local headers = handle:headers()
  headers:replace("cache-control", "no-store")
  if failure.retry_s then
    headers:replace("retry-after", tostring(failure.retry_s))
  end
  if shape == "grpc" then
    headers:replace(":status", "200")
    headers:replace("grpc-status", tostring(failure.code))
    headers:replace("grpc-message", failure.message)
    -- Without padding, as the protocol asks of those who send.
    local details = string.gsub(handle:base64Escape(status_bytes(failure)), "=+$", "")
    headers:replace("grpc-status-details-bin", details)
  elseif shape == "connect" then
    local json = connect_json(handle, failure.code, failure.message, details_of(failure))
    set_body(handle, status, json, failure.verb)
  else
    set_body(handle, status, rest_json(failure), failure.verb)
  end
end

local function first_line(text)
  return string.match(text, "[^\n]+") or text
end

-- The transcoder's words, as a message, and if they name a field, that and what is wrong with it.
local function read_complaint(text)
  -- It quotes what it could not read, which need not be UTF-8.
  local quoted = string.gsub(string.sub(text, 1, 300), "[\128-\255]", "?")
  -- What packed.lua puts in place of a body that can't be unpacked.
  if string.find(quoted, '{"not gzip"}', 1, true) then
    return "the body is not gzip, as its content-encoding says"
  end
  local field, description = string.match(quoted, "^([%w_.%[%]]*): (.*)$")
  -- Of JSON that it cannot parse it shows the place too: the text, and a caret under it.
  if field == nil then
    return first_line(quoted)
  end
  -- It calls every entry that is no message the first.
  field = string.gsub(field, "%[0%]$", "")
  if field == "" then
    return first_line(description)
  end
  return field .. ": " .. description, field, description
end

local function refuse_for_edge(handle, kept, details)
  local headers = handle:headers()
  local own = headers:get("x-edge-reason")
  local message = headers:get("x-edge-message")
  local verb = headers:get("x-edge-verb")
  local status = headers:get("x-edge-status") or headers:get(":status")
  local said = CONNECT[tonumber(headers:get("grpc-status") or "0")]
  if status == "200" and said then
    status = said[2]
  end
  for _, name in ipairs({ "reason", "message", "status", "verb" }) do
    headers:remove("x-edge-" .. name)
  end
  local why = reason_of(status, details, own and { own, message })
  local field, description
  -- Of the body, or early, of the query.
  local is_unread = string.find(details, "grpc_json_transcode_failure", 1, true)
  if kept.unknown then
    status, field, description = "400", kept.unknown, "there is no such field"
    why = { "INVALID_REQUEST", field .. ": " .. description }
  elseif is_unread and status ~= "413" and kept.shape ~= "grpc" then
    local body = handle:body(true)
    if body:length() > 0 then
      message, field, description = read_complaint(body:getBytes(0, body:length()))
      why = { "INVALID_REQUEST", message }
    end
  end
  local code, shape = REASONS[why[1]], kept.shape or "rest"
  -- HTTP says more precisely what cannot be understood; else the reason's code decides.
  if why[1] ~= "INVALID_REQUEST" then
    status = CONNECT[code][2]
  elseif shape ~= "rest" and IS_UNKNOWN_METHOD[status] then
    code = UNIMPLEMENTED
  end
  refuse(handle, shape, {
    code = code,
    message = why[2],
    reason = why[1],
    request_id = kept.request_id or "",
    verb = verb,
    scope = why[1] == "SCOPE_INSUFFICIENT" and kept.required_scope or nil,
    field = field,
    description = description,
    caller = why[1] == "QUOTA_EXHAUSTED" and kept.caller or nil,
    retry_s = why[1] == "QUOTA_EXHAUSTED" and RETRY_S or nil,
  }, status)
end
