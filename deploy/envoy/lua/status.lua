-- google.rpc.Status as bytes, as the JSON of REST and as the JSON of Connect.

local ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
local RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
local BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
local QUOTA_FAILURE = "type.googleapis.com/google.rpc.QuotaFailure"

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

-- A message {1: first, 2: second} in a field: the form of map entries and of every violation.
local function pair(field, first, second)
  return write_bytes(field, write_bytes(1, first) .. write_bytes(2, second))
end

local function error_info(failure)
  local metadata = pair(3, "request_id", failure.request_id)
  local json = '"request_id":' .. json_string(failure.request_id)
  if failure.scope then
    metadata = metadata .. pair(3, "required_scope", failure.scope)
    json = json .. ',"required_scope":' .. json_string(failure.scope)
  end
  return {
    ERROR_INFO,
    write_bytes(1, failure.reason) .. write_bytes(2, DOMAIN) .. metadata,
    string.format('"reason":"%s","domain":"%s","metadata":{%s}', failure.reason, DOMAIN, json),
  }
end

-- Whose fault: a field's (BadRequest) or a caller's (QuotaFailure).
local function violation(kind, list, name, subject, description)
  local form = '"%s":[{"%s":%s,"description":%s}]'
  local json = string.format(form, list, name, json_string(subject), json_string(description))
  return { kind, pair(1, subject, description), json }
end

-- A list of {type URL, bytes, members of its JSON}, of an error: {code, message, reason, request_id}
-- and, where they apply, {scope}: the one that is needed; {field}: which of the request's, or
-- {caller}: who has used up a quota, with the {description}; {retry_s}.
local function details_of(failure)
  local details, description = { error_info(failure) }, failure.description or failure.message
  if failure.field then
    local list = "fieldViolations"
    details[2] = violation(BAD_REQUEST, list, "field", failure.field, description)
  elseif failure.caller then
    details[2] = violation(QUOTA_FAILURE, "violations", "subject", failure.caller, description)
  end
  if failure.retry_s then
    local bytes = write_bytes(1, write_number(1, failure.retry_s))
    details[#details + 1] = {
      RETRY_INFO, bytes, string.format('"retryDelay":"%ds"', failure.retry_s),
    }
  end
  return details
end

local function status_bytes(failure)
  local parts = { write_number(1, failure.code), write_bytes(2, failure.message) }
  for _, detail in ipairs(details_of(failure)) do
    parts[#parts + 1] = pair(3, detail[1], detail[2])
  end
  return table.concat(parts)
end

local function rest_json(failure)
  local details = {}
  for index, detail in ipairs(details_of(failure)) do
    details[index] = string.format('{"@type":"%s",%s}', detail[1], detail[3])
  end
  return string.format(
    '{"code":%d,"message":%s,"details":[%s]}',
    failure.code, json_string(failure.message), table.concat(details, ",")
  )
end

-- `details` is a list of {type URL, bytes, ...}.
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
