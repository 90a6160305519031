#!/bin/sh
# Gives a node its share of memory, its network namespace with a cable to the switch, and its other namespaces; then boots it.
# In the environment: memory_cgroup, systemd_cgroup (empty: none), hub (process), port (of the switch), link (up or down), address
# (with prefix), hardware (address); and what boot.sh needs.
set -eu
case ${1-} in
"")
  echo $$ >"$memory_cgroup/cgroup.procs"
  [ -z "$systemd_cgroup" ] || echo $$ >"$systemd_cgroup/cgroup.procs"
  exec nsenter --target "$hub" --mount -- unshare --net -- sh "$0" cable
  ;;
cable)
  switch() { nsenter --target "$hub" --net -- ip link "$@"; }
  # The cable of the node's former life ends with its namespace, which the kernel takes down in its own time.
  switch delete "$port" 2>/dev/null || :
  ip link set lo up
  # Peers remember the hardware's address: a node that boots again has the same.
  ip link add name eth0 address "$hardware" type veth peer name "$port" netns "$hub"
  ip address add "$address" dev eth0
  ip link set eth0 up
  switch set "$port" master switch "$link"
  exec unshare --uts --ipc --pid --mount --propagation private --cgroup --fork --kill-child -- sh "${0%/*}/boot.sh"
  ;;
esac
