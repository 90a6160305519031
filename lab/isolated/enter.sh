#!/bin/sh
# Runs a program on a node, under its limits. Arguments: a process of the node, the node's cgroups (empty: none), the program.
set -eu
process=$1
for cgroup in "$2" "$3"; do
  [ -z "$cgroup" ] || echo $$ >"$cgroup/cgroup.procs"
done
shift 3
exec nsenter --target "$process" --net --uts --ipc --pid --mount --cgroup -- "$@"
