-- The API keys in force, from the server's file of hashes; each worker looks at it now and then.

local keys, next_look_ms, last_text = {}, 0, nil
local WIDTH = { client = 1, partner = 2, admin = 3 }
local KEY_LENGTH = 65 -- what is longer is not hashed: ids are no secret, and hashing takes its time

local function read_keys(text)
  local document = read_json(text)
  if document == nil or document.keys == nil then
    return nil
  end
  local found = {}
  for _, key in ipairs(document.keys) do
    if key.revoke_ms == nil and key.id and key.sha256 then
      found[key.id] = { digest = key.sha256, scope = WIDTH[key.scope] or 0, expire_ms = key.expire_ms }
    end
  end
  return found
end

-- Keeps the keys it has while the file cannot be read: it may be in the middle of a change.
local function refresh(now_ms)
  if now_ms < next_look_ms then
    return
  end
  next_look_ms = now_ms + KEY_POLL_MS
  local file = io.open(KEY_FILE, "rb")
  if file == nil then
    return
  end
  local text = file:read("*a")
  file:close()
  if text ~= last_text then
    keys, last_text = read_keys(text) or keys, text
  end
end

-- The key's id, scope and end (nil: none); nil: not valid here.
local function find_key(text, now_ms)
  refresh(now_ms)
  local id = #text == KEY_LENGTH and string.match(text, "^slk_([a-z2-7]+)_[a-z2-7]+$")
  local key = id and keys[id]
  if key and key.digest == sha256(text) then
    return id, key.scope, key.expire_ms
  end
  return nil
end
