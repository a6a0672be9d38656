-- The script next to the router: keeps a server's error, and what it calls the request, for the
-- outermost script.

local function keep(handle, fields)
  local kept = handle:streamInfo():dynamicMetadata()
  local request_id = fields:get("x-request-id")
  if request_id then
    kept:set("edge", "servers_request_id", request_id)
  end
  local code = fields:get("grpc-status")
  if code == nil or code == "0" then
    return
  end
  kept:set("edge", "code", code)
  kept:set("edge", "message", fields:get("grpc-message") or "")
  kept:set("edge", "details", fields:get("grpc-status-details-bin") or "")
end

-- Trailers of the server's own, as a list of a name, its value, the next name and so on.
local function keep_own(handle, trailers)
  local own = {}
  for name, value in pairs(trailers) do
    if string.sub(name, 1, 5) ~= "grpc-" then
      own[#own + 1] = name
      own[#own + 1] = value
    end
  end
  handle:streamInfo():dynamicMetadata():set("edge", "trailers", own)
end

function envoy_on_response(handle)
  local kept = handle:streamInfo():dynamicMetadata():get("edge")
  if kept == nil or kept.shape == "grpc" then
    return
  end
  if handle:headers():get("grpc-status") then
    keep(handle, handle:headers())
    return
  end
  for _ in handle:bodyChunks() do
  end
  local trailers = handle:trailers()
  if trailers then
    keep(handle, trailers)
    keep_own(handle, trailers)
  end
end
