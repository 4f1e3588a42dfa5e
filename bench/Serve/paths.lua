-- wrk -s paths.lua URL -- FILE: asks for the paths of a file, one a line, each thread from a line of its own on.
-- A line with a body after a tab is a POST of JSON.
local requests, at = {}, 0

function setup(thread)
  setups = (setups or 0) + 1
  thread:set("first", setups * 7919)
end

function init(args)
  for line in io.lines(args[1]) do
    local path, body = line:match("^([^\t]*)\t?(.*)$")
    if body == "" then
      requests[#requests + 1] = wrk.format("GET", path)
    else
      requests[#requests + 1] = wrk.format("POST", path, { ["Content-Type"] = "application/json" }, body)
    end
  end
  at = first
end

function request()
  at = at + 1
  return requests[at % #requests + 1]
end

function done(summary, latency, all)
  io.write(string.format("%d requests, %d other than 2xx, %d broken; %.0f a second; median %.2f ms, p99 %.2f ms, most %.1f ms\n",
    summary.requests, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000))
end
