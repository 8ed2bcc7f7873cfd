-- For wrk: asks for the paths given after `--` in turn, with the session's cookie, and ends with a line of JSON.
local paths, headers, turn = {}, {}, 0

function init(args)
  headers["Cookie"] = args[1]
  for i = 2, #args do
    -- A path that begins with ! is the server's, not the API's.
    local path = args[i]:sub(1, 1) == "!" and args[i]:sub(2) or "/api/v1" .. args[i]
    paths[#paths + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  turn = turn % #paths + 1
  return paths[turn]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %.3f, "p50": %.3f, "p95": %.3f, "bytes": %d, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(95) / 1000, summary.bytes,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
