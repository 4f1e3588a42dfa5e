#!/usr/bin/env bash
# Loads gpuals serve with wrk (Debian's package wrk), beside a plain numpy loop.
#   bench/Serve/run.sh MODEL [SECONDS]
# MODEL is the folder of a model; SECONDS is how long each load lasts.
set -euo pipefail
cd "$(dirname "$0")/../.."
model=$(realpath "$1") seconds=${2:-10}
work=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
tool=(dotnet src/GpuAls.Cli/bin/Release/net10.0/GpuAls.Cli.dll)
[ -e "${tool[1]}" ] || dotnet build -c Release src/GpuAls.Cli -v quiet
port=18080 url=http://127.0.0.1:18080

# Some users, from those with the most plays to those with the fewest, and items that are listed for them.
"${tool[@]}" recommend "$model" --top 1 --device cpu --output "$work/lists.csv" -q
awk -F, 'NR > 1 && NR % 17 == 0 && ++n <= 10000 { print $1 }' "$work/lists.csv" >"$work/users"
awk -F, 'NR > 1 && !seen[$2]++ && ++n <= 2000 { print $2 }' "$work/lists.csv" >"$work/items"
encode() { ${PYTHON:-python3} -c 'import sys, urllib.parse; [print(sys.argv[1] + urllib.parse.quote(line.rstrip("\n"))) for line in sys.stdin]' "$1"; }
encode '/recommend?k=10&user=' <"$work/users" >"$work/recommend"
encode '/similar?k=10&item=' <"$work/items" >"$work/similar"
${PYTHON:-python3} - "$work/items" >"$work/plays" <<'END'
import json, random, sys
items = open(sys.argv[1]).read().split("\n")[:-1]
random.seed(1)
for _ in range(2000):
    plays = [{"item": item, "weight": random.randint(1, 5)} for item in random.sample(items, min(20, len(items)))]
    print("/recommend\t" + json.dumps({"plays": plays, "k": 10}))
END

"${tool[@]}" serve "$model" --port $port --poll never 2>"$work/log" &
server=$!
until grep -q listening "$work/log"; do kill -0 $server && sleep 0.1; done
head -1 "$work/log"
load() { # WHAT CONNECTIONS
  printf '%-10s %3d connections: ' "$1" "$2"
  wrk -t "$(($2 > 1 ? 2 : 1))" -c "$2" -d "${seconds}s" -s bench/Serve/paths.lua $url -- "$work/$1" | tail -1
}
load recommend 4 >/dev/null # compiles
for connections in 1 8 32 128; do load recommend $connections; done
load plays 4 >/dev/null
for connections in 1 32; do load plays $connections; done
load similar 1 >/dev/null
for connections in 1 32; do load similar $connections; done
curl -s $url/metrics | grep -E '^gpuals_serve_batch_lists_(sum|count)'
grep -E 'VmHWM|VmRSS' /proc/$server/status | tr -s '\t ' ' '
kill $server && wait $server
tail -1 "$work/log"
server=
! ${PYTHON:-python3} -c 'import numpy' 2>/dev/null || ${PYTHON:-python3} bench/Serve/loop.py "$model"
