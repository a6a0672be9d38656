-- Just enough of protobuf and base64 for google.rpc.Status.

local function varint(number)
  local bytes = {}
  while number >= 128 do
    bytes[#bytes + 1] = string.char(number % 128 + 128)
    number = math.floor(number / 128)
  end
  bytes[#bytes + 1] = string.char(number)
  return table.concat(bytes)
end

local function write_bytes(field, value)
  return varint(field * 8 + 2) .. varint(#value) .. value
end

local function write_number(field, value)
  return varint(field * 8) .. varint(value)
end

local function read_varint(bytes, at)
  local number, factor = 0, 1
  while true do
    local byte = string.byte(bytes, at)
    if byte == nil then
      return nil, at
    end
    number = number + (byte % 128) * factor
    at = at + 1
    if byte < 128 then
      return number, at
    end
    factor = factor * 128
  end
end

-- Returns a list of {field, value}: numbers and byte strings; stops where it cannot read on.
local function read_message(bytes)
  local fields, at = {}, 1
  while at <= #bytes do
    local tag, value
    tag, at = read_varint(bytes, at)
    if tag == nil then
      return fields
    end
    local kind = tag % 8
    if kind == 0 then
      value, at = read_varint(bytes, at)
    elseif kind == 2 then
      local length
      length, at = read_varint(bytes, at)
      if length == nil or at + length - 1 > #bytes then
        return fields
      end
      value = string.sub(bytes, at, at + length - 1)
      at = at + length
    else
      return fields
    end
    fields[#fields + 1] = { math.floor(tag / 8), value }
  end
  return fields
end

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local DIGITS = {}
for index = 1, #ALPHABET do
  DIGITS[string.byte(ALPHABET, index)] = index - 1
end

local function decode_base64(text)
  local bytes, bits, count = {}, 0, 0
  for index = 1, #text do
    local digit = DIGITS[string.byte(text, index)]
    if digit ~= nil then
      bits = bits * 64 + digit
      count = count + 6
      if count >= 8 then
        count = count - 8
        local scale = 2 ^ count
        bytes[#bytes + 1] = string.char(math.floor(bits / scale))
        bits = bits % scale
      end
    end
  end
  return table.concat(bytes)
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function json_string(text)
  local escaped = string.gsub(text, '[%c"\\]', function(char)
    return ESCAPES[char] or string.format("\\u%04x", string.byte(char))
  end)
  return '"' .. escaped .. '"'
end
