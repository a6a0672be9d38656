-- google.rpc.Status as bytes, as the JSON of REST and as the JSON of Connect.

local ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
local RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"

local CONNECT = {
  [1] = { "canceled", "499" },
  [2] = { "unknown", "500" },
  [3] = { "invalid_argument", "400" },
  [4] = { "deadline_exceeded", "504" },
  [5] = { "not_found", "404" },
  [6] = { "already_exists", "409" },
  [7] = { "permission_denied", "403" },
  [8] = { "resource_exhausted", "429" },
  [9] = { "failed_precondition", "400" },
  [10] = { "aborted", "409" },
  [11] = { "out_of_range", "400" },
  [12] = { "unimplemented", "501" },
  [13] = { "internal", "500" },
  [14] = { "unavailable", "503" },
  [15] = { "data_loss", "500" },
  [16] = { "unauthenticated", "401" },
}

-- Of an error: {code, message, reason, request_id, retry_s (nil: no RetryInfo)}.
local function details_of(failure)
  local entry = write_bytes(1, "request_id") .. write_bytes(2, failure.request_id)
  local info = write_bytes(1, failure.reason) .. write_bytes(2, DOMAIN) .. write_bytes(3, entry)
  local details = { { ERROR_INFO, info } }
  if failure.retry_s then
    details[2] = { RETRY_INFO, write_bytes(1, write_number(1, failure.retry_s)) }
  end
  return details
end

local function status_bytes(failure)
  local parts = { write_number(1, failure.code), write_bytes(2, failure.message) }
  for _, detail in ipairs(details_of(failure)) do
    parts[#parts + 1] = write_bytes(3, write_bytes(1, detail[1]) .. write_bytes(2, detail[2]))
  end
  return table.concat(parts)
end

local function rest_json(failure)
  local info = string.format(
    '{"@type":"%s","reason":"%s","domain":"%s","metadata":{"request_id":%s}}',
    ERROR_INFO, failure.reason, DOMAIN, json_string(failure.request_id)
  )
  local retry = ""
  if failure.retry_s then
    retry = string.format(',{"@type":"%s","retryDelay":"%ds"}', RETRY_INFO, failure.retry_s)
  end
  return string.format(
    '{"code":%d,"message":%s,"details":[%s%s]}',
    failure.code, json_string(failure.message), info, retry
  )
end

-- `details` is a list of {type URL, bytes}.
local function connect_json(handle, code, message, details)
  local parts = {}
  for index, detail in ipairs(details) do
    local value = string.gsub(handle:base64Escape(detail[2]), "=+$", "")
    local name = string.gsub(detail[1], "^.*/", "")
    parts[index] = string.format('{"type":"%s","value":"%s"}', name, value)
  end
  return string.format(
    '{"code":"%s","message":%s,"details":[%s]}',
    (CONNECT[code] or CONNECT[2])[1], json_string(message), table.concat(parts, ",")
  )
end

-- Reads a Status: its message and its details.
local function read_status(bytes)
  local message, details = "", {}
  for _, entry in ipairs(read_message(bytes)) do
    if entry[1] == 2 then
      message = entry[2]
    elseif entry[1] == 3 then
      local detail = { "", "" }
      for _, part in ipairs(read_message(entry[2])) do
        detail[part[1]] = part[2]
      end
      details[#details + 1] = detail
    end
  end
  return message, details
end

-- The whole seconds to wait that some details ask for; nil: they don't.
local function retry_seconds(details)
  for _, detail in ipairs(details) do
    if detail[1] == RETRY_INFO then
      local seconds = 0
      for _, delay in ipairs(read_message(detail[2])) do
        for _, part in ipairs(read_message(delay[2])) do
          seconds = seconds + (part[1] == 1 and part[2] or part[2] / 1e9)
        end
      end
      return math.max(1, math.ceil(seconds))
    end
  end
  return nil
end
