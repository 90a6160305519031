#!/bin/sh
# The first process of a node, in namespaces of its own: the node's root is this computer's, with all changes on the node's disk.
# In the environment: folder (of the node, with disk/ mounted), name, address, init (idle or systemd).
set -eu
units=${0%/*}/units
cd "$folder"
mkdir -p disk/upper disk/work disk/home/berth disk/tmp
chmod 1777 disk/tmp
mount -t overlay overlay -o lowerdir=/,upperdir=disk/upper,workdir=disk/work root
cd root

mount -t proc proc proc
for file in meminfo cgroups; do mount --bind "../$file" "proc/$file"; done
mount --bind ../boot_id proc/sys/kernel/random/boot_id
mount --rbind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
mkdir sys/fs/cgroup/memory
mount -t cgroup -o memory cgroup sys/fs/cgroup/memory
if [ "$init" = systemd ]; then
  mkdir sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
fi

mount -t tmpfs -o mode=755,size=1m tmpfs dev
for device in null zero full random urandom tty; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for number in 0 1 2; do ln -s "fd/$number" "dev/$(echo stdin stdout stderr | cut -d ' ' -f $((number + 1)))"; done

mount -t tmpfs -o mode=755 tmpfs run
mkdir run/sshd run/lock run/berth-lab run/berth-lab-units
mount --bind ../sshd run/berth-lab
cp "$units"/* run/berth-lab-units
mount --bind ../disk/home root
mount --bind ../disk/tmp tmp
# In memory: a node whose disk is full boots, too.
mkdir run/berth-lab-etc
printf '127.0.0.1 localhost\n%s %s\n' "${address%/*}" "$name" >run/berth-lab-etc/hosts
echo "$name" >run/berth-lab-etc/hostname
tr -d - <../boot_id >run/berth-lab-etc/machine-id
for file in hosts hostname machine-id; do
  [ -e "etc/$file" ] || : >"etc/$file"
  mount --bind "run/berth-lab-etc/$file" "etc/$file"
done
hostname "$name"

pivot_root . .
umount -l .
cd /
echo booted >/run/berth-lab/booted
if [ "$init" = systemd ]; then
  exec env -i PATH="$PATH" container=berth-lab SYSTEMD_UNIT_PATH=/run/systemd/transient:/run/systemd/system:/run/berth-lab-units \
    /lib/systemd/systemd --system --unit=multi-user.target --log-target=null \
    systemd.legacy_systemd_cgroup_controller=yes
fi
# The shell reaps what is left to it while it waits.
trap : TERM
while :; do
  BERTH_LAB_OWN=1 sleep infinity &
  wait $! || :
done
