-- Reads JSON; enough for a file of keys. Returns nil for text that is not JSON.

local function read_json(text)
  local at = 1
  local value

  local function skip()
    at = string.find(text, "[^%s]", at) or #text + 1
  end

  local function take(char)
    skip()
    if string.sub(text, at, at) == char then
      at = at + 1
      return true
    end
    return false
  end

  local function read_string()
    local parts = {}
    while true do
      local stop = string.find(text, '["\\]', at)
      if stop == nil then
        error("open string")
      end
      parts[#parts + 1] = string.sub(text, at, stop - 1)
      at = stop + 1
      if string.sub(text, stop, stop) == '"' then
        return table.concat(parts)
      end
      -- Escapes stand for themselves: no field that is looked at has any.
      parts[#parts + 1] = string.sub(text, at, at)
      at = at + 1
    end
  end

  local function read_members(close, is_object)
    local members = {}
    if take(close) then
      return members
    end
    repeat
      local name = #members + 1
      if is_object then
        if not take('"') then
          error("no name")
        end
        name = read_string()
        if not take(":") then
          error("no value")
        end
      end
      members[name] = value()
    until not take(",")
    if not take(close) then
      error("not closed")
    end
    return members
  end

  function value()
    if take("{") then
      return read_members("}", true)
    elseif take("[") then
      return read_members("]", false)
    elseif take('"') then
      return read_string()
    end
    local first, last, word = string.find(text, "^([%w%.%+%-]+)", at)
    if first == nil then
      error("no value")
    end
    at = last + 1
    if word == "true" or word == "false" then
      return word == "true"
    elseif word == "null" then
      return nil
    end
    return tonumber(word) or error("no value")
  end

  local is_read, found = pcall(value)
  return is_read and found or nil
end
