-- Finds the name in a JSON text, or in a query, that its message does not have.
--
-- TYPES[number] has a message's fields, each with the number of its type; 0: its inside has no names
-- of ours. Whether a text is JSON is the transcoder's to say: what is strange here passes.

local OPAQUE, ANY_NAME = 0, "*"
local LONGEST_NAME, DEEPEST = 128, 64
-- Signs that are looked at in one text: the time that a caller can make others wait has an end.
local MOST_SIGNS = 100000

local function type_of(kind, name)
  local names = TYPES[kind]
  if names == nil then
    return OPAQUE
  end
  return names[name] or names[ANY_NAME]
end

-- A text comes in pieces: {next: type of the value to come; stack: of what is open, {kind, name} for
-- an object and {kind, index} for a list; quoted: the string that was read last}.
local function new_reader(kind, prefix)
  return { next = kind, prefix = prefix, stack = {}, signs = 0, ahead = 0 }
end

local function place_of(reader)
  local place = ""
  for _, open in ipairs(reader.stack) do
    if open.index then
      place = string.format("%s[%d]", place, open.index)
    elseif open.name then
      place = place .. "." .. open.name
    end
  end
  return reader.prefix .. string.gsub(string.sub(place, 2), "[%c\128-\255]", "?")
end

local function open_value(reader, is_list)
  local around, kind = reader.stack[#reader.stack], reader.next
  if around and around.index then
    around.index = around.index + 1
    kind = is_list and OPAQUE or around.kind
  end
  reader.stack[#reader.stack + 1] = { kind = kind, index = is_list and -1 or nil }
  reader.next = OPAQUE
end

-- Returns whether the name before a colon is one.
local function is_known(reader)
  local around, name = reader.stack[#reader.stack], reader.quoted
  reader.next = OPAQUE
  -- Escapes are not undone: who writes a name with some knows what it is.
  if around == nil or around.index or name == nil or reader.is_escaped then
    return true
  end
  around.name = name
  reader.next = type_of(around.kind, name)
  return reader.next ~= nil
end

-- Reads on in a string; returns where to go on.
local function read_quoted(reader, text, at)
  local stop = string.find(text, '["\\]', at)
  if #reader.quoted < LONGEST_NAME then
    local last = math.min((stop or #text + 1) - 1, at + LONGEST_NAME)
    reader.quoted = reader.quoted .. string.sub(text, at, last)
  end
  if stop == nil then
    return #text + 1
  elseif string.sub(text, stop, stop) == '"' then
    reader.is_quoted = false
    return stop + 1
  end
  reader.is_escaped = true
  return stop + 2
end

-- Returns the place of the first unknown name in a piece of a text; nil: there is none in it.
local function unknown_name(reader, text)
  local at = 1 + reader.ahead
  while at <= #text and not reader.is_done do
    reader.signs = reader.signs + 1
    if reader.is_quoted then
      at = read_quoted(reader, text, at)
    else
      local found = string.find(text, "[\"'{}%[%]:,]", at)
      if found == nil then
        return nil
      end
      local sign = string.sub(text, found, found)
      at = found + 1
      if sign == '"' then
        reader.is_quoted, reader.is_escaped, reader.quoted = true, false, ""
      elseif sign == ":" then
        if not is_known(reader) then
          return place_of(reader)
        end
      else
        reader.quoted = nil
        if sign == "{" or sign == "[" then
          open_value(reader, sign == "[")
        elseif sign ~= "," then
          reader.stack[#reader.stack] = nil
        end
        reader.is_done = sign == "'" or #reader.stack == 0 or #reader.stack > DEEPEST
      end
    end
    reader.is_done = reader.is_done or reader.signs > MOST_SIGNS
  end
  reader.ahead = math.max(0, at - #text - 1)
  return nil
end

-- Returns the first name in a path's query that a message does not have; nil: it has them all.
local function unknown_parameter(path, kind)
  for parameter in string.gmatch(string.match(path, "%?(.*)$") or "", "[^&]+") do
    local name = string.gsub(string.match(parameter, "^[^=]*"), "%%(%x%x)", function(digits)
      return string.char(tonumber(digits, 16))
    end)
    local inside = kind
    for part in string.gmatch(name, "[^.]+") do
      -- Of a map there is no entry in a query.
      inside = TYPES[inside] == nil and OPAQUE or TYPES[inside][part]
      if inside == nil then
        return string.sub(string.gsub(name, "[%c\128-\255]", "?"), 1, LONGEST_NAME)
      end
    end
  end
  return nil
end
