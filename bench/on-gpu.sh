#!/usr/bin/env bash
# Makes a folder that runs on any x86-64 Linux machine with an NVIDIA driver: no .NET, no CUDA toolkit.
#   bench/on-gpu.sh [OUT_DIR]      default: out/on-gpu
# There, ./run.sh checks and times every kernel on the GPU and writes results.json; see "Testing a GPU" in docs/devices.md.
set -euo pipefail

limit_bytes=60000000
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/out/on-gpu}
if [ -e "$out" ] && [ -n "$(ls -A "$out")" ] && [ ! -x "$out/gpuals-bench" ]; then
  echo "error: $out holds something else; choose an empty folder." >&2
  exit 5
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet publish "$root/bench/GpuAls.Bench" -c Release -p:OnGpu=true --artifacts-path "$work/artifacts" --output "$work/publish"

mkdir -p "$out"
cp "$work/publish/GpuAls.Bench" "$out/gpuals-bench"
cp "$root/LICENSE" "$out/"
cat > "$out/run.sh" <<'RUN'
#!/bin/sh
# ./run.sh [--output results.json] [--quick] [--device cuda:N] [--overwrite]
exec "$(dirname "$0")/gpuals-bench" on-gpu "$@"
RUN
chmod +x "$out/run.sh" "$out/gpuals-bench"

bytes=$(du -sb "$out" | cut -f 1)
if [ "$bytes" -ge "$limit_bytes" ]; then
  echo "error: $out has $bytes bytes; the limit is $limit_bytes." >&2
  exit 1
fi
echo "$out: $((bytes / 1000000)) MB"
