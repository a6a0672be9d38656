-- The outermost script: errors leave in the shape that the caller's protocol has for them.
--
-- The edge's own refusals come as plain HTTP with `x-edge-details` (Envoy's reason for them) or
-- `x-edge-reason` (ours); a server's errors come through the bridge and the transcoder, which drop
-- the details that Connect wants: the script next to the router has kept them (`upstream.lua`).

local function shape_of(headers)
  local content_type = headers:get("content-type") or ""
  if string.find(content_type, "application/grpc", 1, true) == 1 then
    return "grpc"
  end
  if headers:get("connect-protocol-version") then
    return "connect"
  end
  local path = headers:get(":path") or ""
  for _, service in ipairs(SERVICES) do
    if string.find(path, "/" .. service .. "/", 1, true) == 1 then
      return "connect"
    end
  end
  return "rest"
end

-- JSON calls pass by the bridge, which would turn Connect's deadline into gRPC's.
local function pass_deadline(headers)
  local timeout_ms = headers:get("connect-timeout-ms")
  if timeout_ms and string.match(timeout_ms, "^%d+$") and #timeout_ms <= 8 then
    if not headers:get("grpc-timeout") then
      headers:add("grpc-timeout", timeout_ms .. "m")
    end
    headers:remove("connect-timeout-ms")
  end
end

-- The scheme's case doesn't matter (RFC 9110, section 11.1), but to the filter that checks tokens.
local function spell_scheme(headers)
  if headers:getNumValues("authorization") == 1 then
    local scheme, token = string.match(headers:get("authorization"), "^(%a+) (.*)$")
    if scheme and scheme ~= "Bearer" and string.lower(scheme) == "bearer" then
      headers:replace("authorization", "Bearer " .. token)
    end
  end
end

-- Caches keep what a GET is answered with by its address; the transcoder would let a body, which is
-- no part of that and has no meaning (RFC 9110, section 9.3.1), change the answer.
local function ignore_body(handle)
  local body = handle:body()
  if body and body:length() > 0 then
    body:setBytes("")
    handle:headers():remove("content-length")
  end
end

function envoy_on_request(handle)
  local headers = handle:headers()
  headers:remove("x-edge-caller")
  local kept = handle:streamInfo():dynamicMetadata()
  kept:set("edge", "shape", shape_of(headers))
  local request_id = headers:get("x-request-id") or ""
  -- As the server has it: visible ASCII without `/`. Others would break the texts they are put into.
  if #request_id > 128 or not string.match(request_id, "^[!-.0-~]+$") then
    headers:remove("x-request-id")
    request_id = ""
  end
  kept:set("edge", "request_id", request_id)
  local method = headers:get(":method")
  if method == "GET" then
    kept:set("edge", "if_none_match", headers:get("if-none-match") or "")
  end
  pass_deadline(headers)
  spell_scheme(headers)
  if method == "GET" or method == "HEAD" then
    ignore_body(handle)
  end
end

-- Envoy's reasons for refusing, most telling first: {pattern of the details, reason, message}.
local BY_DETAILS = {
  { "^jwt_authn_access_denied{Jwt_is_expired", "CREDENTIALS_EXPIRED", "the token has expired" },
  { "^jwt_authn_access_denied{Jwt_is_missing", "CREDENTIALS_MISSING", "no credentials were sent" },
  { "^jwt_authn_access_denied", "CREDENTIALS_INVALID", "the token is not valid here" },
  { "^local_rate_limited", "QUOTA_EXHAUSTED", "the quota is used up; retry after the given delay" },
}
local UNIMPLEMENTED = 12
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

-- Waiting for the body ends the life of a headers object, so that is fetched after it.
local function set_body(handle, status, json)
  handle:body(true):setBytes(json)
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
    set_body(handle, status, json)
  else
    set_body(handle, status, rest_json(failure))
  end
end

local function refuse_for_edge(handle, kept, details)
  local headers = handle:headers()
  local own = headers:get("x-edge-reason")
  local message = headers:get("x-edge-message")
  local status = headers:get("x-edge-status") or headers:get(":status")
  local said = CONNECT[tonumber(headers:get("grpc-status") or "0")]
  if status == "200" and said then
    status = said[2]
  end
  for _, name in ipairs({ "reason", "message", "status" }) do
    headers:remove("x-edge-" .. name)
  end
  local why = reason_of(status, details, own and { own, message })
  local is_unread = string.find(details, "^grpc_json_transcode_failure") and status ~= "413"
  if is_unread and kept.shape ~= "grpc" then
    local body = handle:body(true)
    if body:length() > 0 then
      -- The parser quotes what it could not read, which need not be UTF-8.
      local quoted = string.gsub(body:getBytes(0, math.min(body:length(), 300)), "[\128-\255]", "?")
      why = { "INVALID_REQUEST", quoted }
    end
  end
  local code = REASONS[why[1]]
  -- HTTP says more precisely what cannot be understood; else the reason's code decides.
  if why[1] ~= "INVALID_REQUEST" then
    status = CONNECT[code][2]
  elseif kept.shape ~= "rest" and (status == "404" or status == "501") then
    code = UNIMPLEMENTED
  end
  refuse(handle, kept.shape or "rest", {
    code = code,
    message = why[2],
    reason = why[1],
    request_id = kept.request_id or "",
    retry_s = why[1] == "QUOTA_EXHAUSTED" and RETRY_S or nil,
  }, status)
end

-- What a server's gRPC library refuses by itself has no reason: {reason, message} by code.
local BY_BARE_CODE = {
  ["4"] = { "DEADLINE_TOO_SHORT", "the deadline passed before a server answered" },
  ["14"] = { "DEPENDENCY_UNAVAILABLE", "no server is available" },
}

-- A server's error, as the transcoder or the bridge has left it.
local function finish_error(handle, kept)
  local bare = kept.details == "" and BY_BARE_CODE[kept.code]
  if bare then
    local failure = { message = bare[2], reason = bare[1], request_id = kept.request_id or "" }
    failure.code = tonumber(kept.code)
    return refuse(handle, kept.shape, failure, CONNECT[failure.code][2])
  end
  handle:headers():replace("cache-control", "no-store")
  local message = string.gsub(kept.message or "", "%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end)
  local details = {}
  if kept.details ~= "" then
    message, details = read_status(decode_base64(kept.details))
  end
  local retry_s = retry_seconds(details)
  if retry_s then
    handle:headers():replace("retry-after", tostring(retry_s))
  end
  if kept.shape == "connect" then
    local code = tonumber(kept.code)
    local json = connect_json(handle, code, message, details)
    set_body(handle, (CONNECT[code] or CONNECT[2])[2], json)
  end
end

local function is_unchanged(headers, kept)
  local wanted, etag = kept.if_none_match, headers:get("etag")
  if not etag or not wanted or wanted == "" then
    return false
  end
  -- Weak comparison (RFC 9110, section 8.8.3.2): the part after `W/` decides.
  local opaque = string.gsub(etag, "^W/", "")
  for each in string.gmatch(wanted, '[^,%s]+') do
    if each == "*" or string.gsub(each, "^W/", "") == opaque then
      return true
    end
  end
  return false
end

local function finish_success(handle, kept)
  local headers = handle:headers()
  for _, name in ipairs({ "grpc-status", "grpc-message", "grpc-accept-encoding" }) do
    headers:remove(name)
  end
  if headers:get("etag") then
    -- Replies name the origin they are for.
    headers:add("vary", "origin")
  elseif not headers:get("cache-control") then
    headers:add("cache-control", "private, no-store")
  end
  if is_unchanged(headers, kept) then
    headers:replace(":status", "304")
    headers:remove("content-type")
    headers:remove("content-length")
    handle:body(true):setBytes("")
    handle:headers():remove("content-length")
  end
end

-- A request's body can name it as well as its headers: only the server knows what it is called.
local function name_request(handle, kept)
  local headers = handle:headers()
  local known = kept.servers_request_id
  local request_id = known or kept.request_id
  if request_id and request_id ~= "" then
    headers:replace("x-request-id", request_id)
  end
  -- The bridge names trailers so; the transcoder, which JSON calls pass, drops them.
  if known and kept.shape == "connect" and headers:get(":status") == "200" then
    headers:replace("trailer-x-request-id", known)
  end
end

local PAGES = { ["static"] = "no-cache", ["immutable"] = "public, max-age=31536000, immutable" }

function envoy_on_response(handle)
  local headers = handle:headers()
  local kept = handle:streamInfo():dynamicMetadata():get("edge") or {}
  local details = headers:get("x-edge-details")
  local page = PAGES[handle:streamInfo():routeName()]
  if details then
    headers:remove("x-edge-details")
  end
  if page then
    -- Pages are for people: their errors stay plain.
    headers:replace("cache-control", details and "no-store" or page)
    headers:add("vary", "origin")
  elseif details then
    refuse_for_edge(handle, kept, details)
  elseif kept.shape == "grpc" then
    -- Its trailers say.
    return
  elseif kept.code then
    finish_error(handle, kept)
  elseif headers:get(":status") == "200" then
    finish_success(handle, kept)
  end
  name_request(handle, kept)
end
