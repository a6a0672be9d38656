-- SHA-256 of short texts, as lower-case hex. Source: FIPS 180-4.

local band, bnot, bxor = bit.band, bit.bnot, bit.bxor
local ror, rshift, tobit, tohex = bit.ror, bit.rshift, bit.tobit, bit.tohex

-- Fractions of the square roots of the first 8 primes and of the cube roots of the first 64.
local INITIAL, ROUND = {}, {}
do
  local found, candidate = 0, 2
  while found < 64 do
    local is_prime = true
    for divisor = 2, math.floor(math.sqrt(candidate)) do
      if candidate % divisor == 0 then
        is_prime = false
        break
      end
    end
    if is_prime then
      found = found + 1
      if found <= 8 then
        INITIAL[found] = tobit(math.floor((math.sqrt(candidate) % 1) * 2 ^ 32))
      end
      ROUND[found] = tobit(math.floor((candidate ^ (1 / 3) % 1) * 2 ^ 32))
    end
    candidate = candidate + 1
  end
end

local function padded(text)
  local zeros = (55 - #text) % 64
  local length = ""
  local bits = #text * 8
  for _ = 1, 8 do
    length = string.char(bits % 256) .. length
    bits = math.floor(bits / 256)
  end
  return text .. "\128" .. string.rep("\0", zeros) .. length
end

local function schedule(block)
  local words = {}
  for index = 1, 16 do
    local a, b, c, d = string.byte(block, index * 4 - 3, index * 4)
    words[index] = tobit(a * 2 ^ 24 + b * 2 ^ 16 + c * 2 ^ 8 + d)
  end
  for index = 17, 64 do
    local x, y = words[index - 15], words[index - 2]
    local s0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
    local s1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
    words[index] = tobit(words[index - 16] + s0 + words[index - 7] + s1)
  end
  return words
end

function sha256(text)
  local state = { unpack(INITIAL) }
  local message = padded(text)
  for start = 1, #message, 64 do
    local words = schedule(string.sub(message, start, start + 63))
    local a, b, c, d, e, f, g, h = unpack(state)
    for index = 1, 64 do
      local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
      local choice = bxor(band(e, f), band(bnot(e), g))
      local t1 = tobit(h + s1 + choice + ROUND[index] + words[index])
      local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
      local majority = bxor(band(a, b), band(a, c), band(b, c))
      h, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + s0 + majority)
    end
    local mixed = { a, b, c, d, e, f, g, h }
    for index = 1, 8 do
      state[index] = tobit(state[index] + mixed[index])
    end
  end
  local hex = {}
  for index = 1, 8 do
    hex[index] = tohex(state[index])
  end
  return table.concat(hex)
end
