-- Who may call: unknown paths, then credentials, then scope; names the caller for the rate limit.

local function refuse(handle, status, reason, message)
  handle:respond({
    [":status"] = status,
    ["allow"] = status == "405" and "POST" or nil,
    ["x-edge-status"] = status,
    ["x-edge-reason"] = reason,
    ["x-edge-message"] = message,
  }, "")
end

local function address_of(handle)
  local address = handle:streamInfo():downstreamRemoteAddress()
  return (string.gsub(address, ":%d+$", ""))
end

-- The widest scope that a claim's words, or list of words, stand for; a token that names none is
-- an app's.
local function scope_in(claim)
  local words = type(claim) == "table" and claim or { tostring(claim or "") }
  local widest = SCOPES.client
  for _, text in ipairs(words) do
    for word in string.gmatch(tostring(text), "[^%s,]+") do
      widest = math.max(widest, TOKEN_SCOPES[word] or 0)
    end
  end
  return widest
end

local function with_key(handle, key)
  local now_ms = handle:timestamp()
  local id, scope, expire_ms = find_key(key, now_ms)
  if id == nil then
    return refuse(handle, "401", "CREDENTIALS_INVALID", "the API key is not valid here")
  end
  if expire_ms and now_ms >= expire_ms then
    return refuse(handle, "401", "CREDENTIALS_EXPIRED", "the API key has expired")
  end
  return "key:" .. id, scope
end

-- Returns the caller's name and scope; nil after a refusal. Credentials of a kind that the edge
-- doesn't check pass with any scope: the server decides.
local function caller_of(handle, headers)
  local key = headers:get("x-api-key")
  if key then
    if KEY_FILE == "" then
      return address_of(handle), SCOPES.admin
    end
    return with_key(handle, key)
  end
  local verified = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  local claims = verified and verified.claims
  if claims then
    return "token:" .. tostring(claims.sub), scope_in(claims[SCOPE_CLAIM])
  end
  if headers:get("authorization") then
    if not CHECKS_TOKENS then
      return address_of(handle), SCOPES.admin
    end
    return refuse(handle, "401", "CREDENTIALS_INVALID", "the credentials are not valid here")
  end
  return refuse(handle, "401", "CREDENTIALS_MISSING", "no credentials were sent")
end

-- Say whose quota the call counts against, to the limit and to the script that tells of its end. A
-- token's subject may be any text.
local function count_for(handle, caller)
  handle:headers():replace("x-edge-caller", (string.gsub(caller, "%c", "?")))
  local shown = string.sub(string.gsub(caller, "[%c\128-\255]", "?"), 1, 120)
  handle:streamInfo():dynamicMetadata():set("edge", "caller", shown)
end

-- Refuses names in a query that the method does not have; returns whether it did.
local function refuse_unknown(handle, headers, route)
  local kept = handle:streamInfo():dynamicMetadata()
  local request = kept:get("edge").is_strict and REQUESTS[route]
  local name = request and unknown_parameter(headers:get("x-envoy-original-path") or "", request)
  if name == nil or name == false then
    return false
  end
  kept:set("edge", "unknown", name)
  refuse(handle, "400", "INVALID_REQUEST", "")
  return true
end

-- Servers call others an internal error, without a reason.
local ENCODINGS = { identity = true, gzip = true, deflate = true }

local PAGES = { static = true, immutable = true }

function envoy_on_request(handle)
  local headers = handle:headers()
  local route = handle:streamInfo():routeName()
  local encoding = headers:get("grpc-encoding")
  if encoding and not ENCODINGS[encoding] then
    return refuse(handle, "501", "INVALID_REQUEST", "there is no such encoding of messages")
  end
  if route == "unknown" then
    return refuse(handle, "404", "INVALID_REQUEST", "there is no such path or method")
  end
  -- Of whatever protocol, a call is a POST by now.
  if not PAGES[route] and headers:get(":method") ~= "POST" then
    return refuse(handle, "405", "INVALID_REQUEST", "calls are POST requests")
  end
  local needed = METHODS[route]
  -- Pages and services without a scope too: strangers must not use up what all callers share.
  if needed == nil or not CHECKS_CREDENTIALS then
    if not refuse_unknown(handle, headers, route) then
      count_for(handle, address_of(handle))
    end
    return
  end
  local caller, scope = caller_of(handle, headers)
  if caller == nil then
    return
  end
  if scope < needed then
    handle:streamInfo():dynamicMetadata():set("edge", "required_scope", SCOPE_NAMES[needed])
    local message = string.format(
      "needs %s scope, and these credentials have %s", SCOPE_NAMES[needed], SCOPE_NAMES[scope] or "none"
    )
    return refuse(handle, "403", "SCOPE_INSUFFICIENT", message)
  end
  if not refuse_unknown(handle, headers, route) then
    count_for(handle, caller)
  end
end
