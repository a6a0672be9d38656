-- What it cannot unpack Envoy passes on as nothing, which is a request too: one without fields.

local MAGIC = "\031\139"
-- Packed, without compression: a text that is no JSON, which the transcoder quotes as it refuses it.
local REFUSED = "\031\139\008\000\000\000\000\000\004\003\001\012\000\243\255"
  .. '{"not gzip"}'
  .. "\055\085\228\102\012\000\000\000"

function envoy_on_request(handle)
  if string.lower(handle:headers():get("content-encoding") or "") ~= "gzip" then
    return
  end
  local start = ""
  for piece in handle:bodyChunks() do
    start = start .. piece:getBytes(0, math.min(#MAGIC - #start, piece:length()))
    local is_packed = start == string.sub(MAGIC, 1, #start)
    if not is_packed then
      piece:setBytes(REFUSED)
    end
    if not is_packed or #start == #MAGIC then
      return
    end
  end
end
