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
-- no part of that and has no meaning (RFC 9110, section 9.3.1), change the answer. It is not waited
-- for here: the method's deadline, which ends a slow one, begins behind this script.
local function ignore_body(handle)
  for piece in handle:bodyChunks() do
    piece:setBytes("")
  end
end

-- Whatever was read before it, no text with this in it is JSON; and the transcoder sees that at once.
local UNREADABLE = '""{'

-- Who asks for it is told of a field's name that is wrong (RFC 7240, `Prefer: handling=strict`); for
-- others what a newer client knows more is ignored. The transcoder has found the method when a body
-- comes, and passes nothing on until it has read all of it.
local function check_names(handle)
  local reader, unknown
  for piece in handle:bodyChunks() do
    if not unknown then
      local route = handle:streamInfo():routeName()
      reader = reader or new_reader(BODIES[route] or 0, PREFIXES[route] or "")
      if reader.is_done then
        return
      end
      unknown = unknown_name(reader, piece:getBytes(0, piece:length()))
    end
    if unknown then
      handle:streamInfo():dynamicMetadata():set("edge", "unknown", unknown)
      piece:setBytes(UNREADABLE)
    end
  end
end

local function asks_for_strictness(headers)
  for preference in string.gmatch(string.lower(headers:get("prefer") or ""), "[^,]+") do
    local handling = string.match(preference, '^%s*handling%s*=%s*"?([^%s";]*)')
    if handling then
      return handling == "strict"
    end
  end
  return false
end

function envoy_on_request(handle)
  local headers = handle:headers()
  headers:remove("x-edge-caller")
  local kept = handle:streamInfo():dynamicMetadata()
  local shape = shape_of(headers)
  kept:set("edge", "shape", shape)
  local is_strict = shape == "rest" and asks_for_strictness(headers)
  kept:set("edge", "is_strict", is_strict)
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
  elseif is_strict then
    check_names(handle)
  end
end

-- What a server's gRPC library refuses by itself has no reason: {reason, message} by code.
local BY_BARE_CODE = {
  ["4"] = { "DEADLINE_TOO_SHORT", "the deadline passed before a server answered" },
  ["8"] = { "INVALID_REQUEST", "the request, or its headers, are too large" },
  ["14"] = { "DEPENDENCY_UNAVAILABLE", "no server is available" },
}

-- A server's error, as the transcoder or the bridge has left it.
local function finish_error(handle, kept)
  local bare = kept.details == "" and BY_BARE_CODE[kept.code]
  if bare then
    local failure = { message = bare[2], reason = bare[1], request_id = kept.request_id or "" }
    failure.code = REASONS[failure.reason]
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
    -- Replies name the origin they are for, and the strict get others of misspelt parameters.
    headers:add("vary", "origin, prefer")
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
end

-- Connect has trailers among the headers. The bridge puts them there; the transcoder, which JSON
-- calls pass, drops them.
local function move_trailers(handle, kept)
  local headers, missing = handle:headers(), {}
  local trailers = kept.trailers or {}
  for index = 1, #trailers, 2 do
    local name = "trailer-" .. trailers[index]
    missing[name] = missing[name] or headers:get(name) == nil
    if missing[name] then
      headers:add(name, trailers[index + 1])
    end
  end
end

-- HTTP/2 would carry gRPC's trailers after what is no gRPC any more.
local function drop_trailers(handle)
  local trailers, names = handle:trailers(), {}
  if trailers then
    for name in pairs(trailers) do
      names[#names + 1] = name
    end
    for _, name in ipairs(names) do
      trailers:remove(name)
    end
  end
end

local PAGES = { ["static"] = "no-cache", ["immutable"] = "public, max-age=31536000, immutable" }

function envoy_on_response(handle)
  local headers = handle:headers()
  local kept = handle:streamInfo():dynamicMetadata():get("edge") or {}
  local details = headers:get("x-edge-details")
  local page = PAGES[handle:streamInfo():routeName()]
  headers:remove("x-edge-details")
  if page then
    -- Pages are for people: their errors stay plain.
    headers:remove("x-edge-verb")
    headers:replace("cache-control", details and "no-store" or page)
    headers:add("vary", "origin")
  elseif details or kept.unknown then
    refuse_for_edge(handle, kept, details or "")
  elseif kept.shape == "grpc" then
    -- Its trailers say.
    return
  elseif kept.code then
    finish_error(handle, kept)
  elseif headers:get(":status") == "200" then
    finish_success(handle, kept)
  end
  name_request(handle, kept)
  if kept.shape == "connect" then
    move_trailers(handle, kept)
  end
  -- Browsers that guess at types could take a text of callers for a page.
  handle:headers():replace("x-content-type-options", "nosniff")
  if not page and kept.shape ~= "grpc" then
    drop_trailers(handle)
  end
end
