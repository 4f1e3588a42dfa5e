#!/usr/bin/env bash
# What it gains to send rows while others are solved, on slow links: two processes on two "machines", which are network
# namespaces joined by a link of a given rate. Needs root, ip, tc and Open MPI; results are in bench/Results/mpi.md.
#   bench/slow-link.sh SECONDS RATE...     e.g. bench/slow-link.sh 0.2 200mbit 1gbit; SECONDS "cpu" solves on the CPU
set -euo pipefail
solving=$1
shift
probe=$(cd "$(dirname "$0")/.." && pwd)/tests/GpuAls.MpiProbe/bin/Release/net10.0/GpuAls.MpiProbe.dll
first=gpuals-slow-a-$$ second=gpuals-slow-b-$$
work=$(mktemp -d)
trap 'ip netns delete "$first"; ip netns delete "$second"; rm -rf "$work"' EXIT

ip netns add "$first"
ip netns add "$second"
ip link add eth0 netns "$first" type veth peer name eth0 netns "$second"
ip -n "$first" address add 10.78.0.1/24 dev eth0
ip -n "$second" address add 10.78.0.2/24 dev eth0
for machine in "$first" "$second"; do
  ip -n "$machine" link set eth0 up
  ip -n "$machine" link set lo up
done
until ip -n "$first" link show eth0 | grep -q 'state UP'; do sleep 0.1; done

# In the role of ssh: options, the machine, then the command.
cat > "$work/ssh" <<SSH
#!/bin/sh
while [ "\${1#-}" != "\$1" ]; do shift; done
shift
exec ip netns exec $second unshare --uts sh -c 'hostname second; exec sh -c "\$*"' sh "\$@"
SSH
chmod +x "$work/ssh"

for rate in "$@"; do
  for machine in "$first" "$second"; do
    ip netns exec "$machine" tc qdisc replace dev eth0 root tbf rate "$rate" burst 256kb latency 50ms
  done
  echo -n "$rate: "
  arguments=$solving
  [ "$solving" = cpu ] && arguments=
  # UCX sees that both are one machine, and would go by shared memory.
  TERM=dumb UCX_TLS=tcp,self ip netns exec "$first" unshare --uts sh -c 'hostname first; exec "$@"' sh mpirun.openmpi --allow-run-as-root \
    --host 10.78.0.1:1,10.78.0.2:1 --mca plm_rsh_agent "$work/ssh" --mca btl tcp,self -n 2 dotnet "$probe" overlap $arguments </dev/null
done
