#!/bin/sh
# The lab's switch: a network namespace with a bridge and a cable to this computer, and a mount namespace that holds the
# nodes' disks, so that nothing is mounted on this computer itself. Stays for ever; the lab is gone when it is killed.
# In the environment: cgroup, cable (its name here), address (of this computer, with prefix), outside (a process of this computer).
set -eu
case ${1-} in
"")
  echo $$ >"$cgroup/cgroup.procs"
  exec unshare --net --mount --propagation private -- sh "$0" inside
  ;;
inside)
  ip link set lo up
  ip link add name switch type bridge
  ip link set switch up
  ip link add name uplink type veth peer name "$cable" netns "$outside"
  ip link set uplink master switch up
  nsenter --target "$outside" --net -- ip address add "$address" dev "$cable"
  nsenter --target "$outside" --net -- ip link set "$cable" up
  nft add table bridge lab
  echo ready
  exec sleep infinity
  ;;
esac
