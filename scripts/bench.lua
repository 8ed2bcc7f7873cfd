-- For wrk: asks for what is given after `--` in turn, with the session's cookie, and ends with a line of JSON.
--   /path                       GET
--   !/path                      GET of the server, not of the API
--   POST /path {"json": true}   as it stands
--   EDIT /path version          PATCH of the next step, each time at the version that the last answer told
local turns, headers, turn, origin = {}, {}, 0, nil
local versions, edits = {}, 0

local function with_body(method, path, body)
  return wrk.format(method, "/api/v1" .. path, { Cookie = headers["Cookie"], ["Content-Type"] = "application/json", Origin = origin }, body)
end

function init(args)
  headers["Cookie"] = args[1]
  origin = string.format("%s://%s:%s", wrk.scheme, wrk.host, wrk.port)
  for i = 2, #args do
    local said = args[i]
    local path, body = said:match("^POST (%S+) (.+)$")
    local edited, version = said:match("^EDIT (%S+) (%d+)$")
    if path then
      local request = with_body("POST", path, body)
      turns[#turns + 1] = function() return request end
    elseif edited then
      local id = edited:match("[^/]+$")
      versions[id] = version
      turns[#turns + 1] = function()
        edits = edits + 1
        return with_body("PATCH", edited, string.format('{"next_step": "Step %d", "version": %s}', edits, versions[id]))
      end
      response = function(_, _, answer)
        local of, now = answer:match('"id":"([^"]+)"'), answer:match('"version":(%d+)')
        if of and now then versions[of] = now end
      end
    else
      local request = wrk.format("GET", said:sub(1, 1) == "!" and said:sub(2) or "/api/v1" .. said, headers)
      turns[#turns + 1] = function() return request end
    end
  end
end

function request()
  turn = turn % #turns + 1
  return turns[turn]()
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %.3f, "p50": %.3f, "p95": %.3f, "bytes": %d, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(95) / 1000, summary.bytes,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
