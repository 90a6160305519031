#!/bin/sh
# Sends one request to one node with the OpenSSH client: `sh components/run-on-node.sh VERB`, on stdin the request as a literal
# of Python. VERB `connect` sends nothing: it makes sure that the node answers, and prints the path of its ssh configuration.
# VERB `session` reads the request in one line, and what follows goes to the node as it comes, until the end of stdin.
#
# All else comes from the environment, so that neither the command nor an error that quotes it holds anything of the user's:
#   BERTH_NODE         the node's name
#   BERTH_STACK        the stack, or `--cluster FILE`: what `./berth gone` has to be told besides the node
#   BERTH_GONE         a folder that is there while the node is given up; empty: not asked for
#   BERTH_SECONDS      after which the request ends itself on the node
#   BERTH_SSH_ID       16 hex digits over the two texts that follow
#   BERTH_SSH_CONFIG   an ssh configuration in which the node is called `node`; {folder} stands for the folder it will lie in
#   BERTH_KNOWN_HOSTS  the host keys
#   BERTH_ARRIVED      `yes` where this very request may have reached the node before; need not be there
set -u
umask 077
: "${BERTH_NODE:?}" "${BERTH_SECONDS:?}" "${BERTH_SSH_ID:?}" "${BERTH_SSH_CONFIG:?}" "${BERTH_KNOWN_HOSTS:?}"
# The connection outlives this command and needs no secret of the engine's.
unset PULUMI_CONFIG_PASSPHRASE PULUMI_ACCESS_TOKEN

verb=$1
may_have_arrived=${BERTH_ARRIVED:-no}
supervisor=${0%/*}/../workloads/supervisor
handshake_seconds=30
# Seconds without a request after which a connection ends by itself.
idle_seconds=15
# An sshd under siege turns away at random (MaxStartups): asked again after these pauses.
pauses='0.2 0.4 0.8 1.6 3.2'

refuse() {
  printf 'berth: %s\n' "$1" >&2
  exit 1
}

# Instead of a delete on a node that is given up: keeps all it takes to do it when the node is back.
bury() {
  number=1
  until mkdir "$BERTH_GONE/$number" 2>/dev/null; do
    [ -d "$BERTH_GONE/$number" ] || refuse "CannotWrite: $BERTH_GONE; make room or give yourself the right to, then run this again"
    number=$((number + 1))
  done
  engrave "$BERTH_GONE/$number" || refuse "CannotWrite: $BERTH_GONE/$number; make room, then run this again"
  echo '{"ok": true, "state": "left"}'
}

# The verb comes last and at once: without it there is no tombstone.
engrave() {
  cat >"$1/input" &&
    printf '%s' "$BERTH_SSH_ID" >"$1/ssh_id" &&
    printf '%s' "$BERTH_SSH_CONFIG" >"$1/ssh_config" &&
    printf '%s' "$BERTH_KNOWN_HOSTS" >"$1/known_hosts" &&
    printf '%s' "$BERTH_SECONDS" >"$1/seconds" &&
    printf '%s' "$verb" >"$1/verb.new" &&
    mv "$1/verb.new" "$1/verb"
}

# Sets `home`: a folder of nobody else's for this node's ssh files, by a path that is short enough for a socket.
prepare_home() {
  me=$(id -u)
  for base in "${XDG_RUNTIME_DIR:-}" /tmp; do
    case $base in '' | *[!A-Za-z0-9/._-]*) continue ;; esac
    ours=$base/berth-$me
    [ "${#base}" -gt 50 ] || [ -d "$ours" ] || mkdir "$ours" 2>/dev/null
    home=$ours/$BERTH_SSH_ID
    [ -n "$(find "$ours" -prune -type d -user "$me" -perm 700 2>/dev/null)" ] && return
  done
  [ -e "$ours" ] || refuse "CannotWrite: $base; make room there or give yourself the right to, then run this again"
  refuse "NoPrivateFolder: $ours is not a folder that only you can enter; remove it, then run this again"
}

# The files are named after their content: whoever finds them need not write them. What nobody has used for an hour goes.
write_home() {
  touch -c "$home"
  [ -f "$home/config" ] && [ -f "$home/known_hosts" ] && return
  find "$ours" -mindepth 1 -maxdepth 1 -mmin +60 -exec rm -rf {} +
  mkdir -p "$home" &&
    printf '%s' "$BERTH_KNOWN_HOSTS" >"$home/known_hosts.$$" &&
    mv "$home/known_hosts.$$" "$home/known_hosts" &&
    printf '%s' "$BERTH_SSH_CONFIG" | sed "s|{folder}|$home|g" >"$home/config.$$" &&
    mv "$home/config.$$" "$home/config"
}

# Makes the connection that all requests to this node share. Its descriptors are its own: with those of this command it would
# keep the engine waiting. Where two race, or no socket can be made, `true` ends it and each request connects by itself.
connect() {
  ssh -F "$home/config" -O check node </dev/null >/dev/null 2>&1 && answers && return
  said=$home/said.$$
  for pause in $pauses ''; do
    if timeout -k 5 $handshake_seconds ssh -F "$home/config" -o LogLevel=INFO \
      -o ControlMaster=auto -o "ControlPersist=$idle_seconds" node true </dev/null >/dev/null 2>"$said"; then
      rm -f "$said"
      return
    fi
    words=$(tr -d '\r' <"$said")
    case $words in
      *kex_exchange_identification* | *'Connection closed'* | *'Connection reset'*) ;;
      *) break ;;
    esac
    [ -z "$pause" ] || sleep "$pause"
  done
  rm -f "$said"
  cannot_connect
}

# Says why there is no connection, from the client's `words`. Whoever renews a lease has to know what may have arrived.
cannot_connect() {
  last=$(printf '%s\n' "$words" | sed '/^$/d' | tail -n 1)
  [ "$verb$may_have_arrived" != watchyes ] ||
    refuse "ConnectionLost: $BERTH_NODE went away during $verb: ${last:-no answer in $handshake_seconds s}; see whether it is switched on and connected"
  case $words in
    *'HOST IDENTIFICATION HAS CHANGED'* | *'Host key verification failed'* | *'no matching host key type'*)
      refuse "HostKeyMismatch: $BERTH_NODE does not show its pinned host key, so it may be another machine; if it was set up anew, correct its host_key or your known_hosts" ;;
    *'Permission denied'*)
      refuse "LoginRefused: $BERTH_NODE: $last; add your public key to authorized_keys there, or correct ssh_user and ssh_key_path" ;;
    *)
      refuse "CannotConnect: $BERTH_NODE: ${last:-no answer in $handshake_seconds s}; see whether it is switched on and connected$(or_gone)" ;;
  esac
}

# The connection of a machine that lost its power looks sound for a while. Requests notice by themselves; without one it is asked.
answers() {
  [ "$verb" != connect ] || timeout -k 5 $handshake_seconds ssh -F "$home/config" node true </dev/null >/dev/null 2>&1
}

# Sends the request, with more options of the client's: `status` says how that ended; descriptors 4 and 6 read what was said.
# Beyond the deadline that the node keeps by itself: it may hang as a whole while its connection lives. That connection then
# keeps what it was given to write to: so files, for the engine waits until its pipes are closed. They lose their names at once:
# nothing is left when this command is interrupted.
send() {
  { : >"$home/out.$$" && : >"$home/err.$$"; } 2>/dev/null || refuse "CannotWrite: $home; make room there, then run this again"
  exec 3>"$home/out.$$" 5>"$home/err.$$"
  exec 4<"$home/out.$$" 6<"$home/err.$$"
  rm -f "$home/out.$$" "$home/err.$$"
  limit=$((BERTH_SECONDS + 15))
  program | timeout -k 5 "$limit" ssh -F "$home/config" "$@" node "exec python3 -I -S - $verb" >&3 2>&5
  status=$?
}

# The same with a node that goes on reading: its Python takes lines for the program up to one that is none. A connection that is
# lost before ends it: half a program, without its last line, does nothing. When the connection is over so is this command,
# although `cat` still waits for a line: whoever sends lines has to hear of it.
hold_session() {
  read -r request
  { program && echo '# requests follow' && cat; } | {
    ssh -F "$home/config" node \
      "exec python3 -I -S -c 'import sys; lines = iter(sys.stdin.buffer.readline, b\"\"); exec(b\"\".join(iter(lines.__next__, b\"# requests follow\n\")))' session"
    kill $$
  }
}

# What the node's Python reads: the loader, and its call with the request; the supervisor as well where it may not be there yet.
# One process writes all files: with one for each, asking 50 nodes would start thousands.
program() {
  case $verb in
    preflight | purge | facts | logs | census | examine | watch | session | checkpoint | snapshot) set -- "$supervisor"/*.py ;;
    *) set -- ;;
  esac
  cat "$supervisor/loader.py"
  printf '\nload(%s' "$request"
  [ $# = 0 ] || {
    printf ', {'
    LC_ALL=C awk -v quotes="'''" '
      FNR == 1 { name = FILENAME; sub(".*/", "", name) }
      name == "loader.py" { next }
      FNR == 1 { printf "%s\"%s\": r%s", end, name, quotes; end = quotes ", " }
      { print }
      END { printf "%s}", end }' "$@"
  }
  printf ')\n'
}

# Whoever only asks decides nothing.
or_gone() {
  case $verb in
    preflight | roster | start | connect | checkpoint | ray-environment | ray-joined | ray-job) printf '; to go on without it:  ./berth gone %s %s' "$BERTH_NODE" "$BERTH_STACK" ;;
    stop | purge | ray-remove | ray-job-stop) printf '; if it is gone for good:  ./berth gone %s %s' "$BERTH_NODE" "$BERTH_STACK" ;;
  esac
}

if [ -n "$BERTH_GONE" ] && [ -d "$BERTH_GONE" ]; then
  case $verb in
    stop | purge | ray-remove | ray-job-stop)
      bury
      exit ;;
    *) refuse "NodeGone: $BERTH_NODE was given up; once it answers again:  ./berth back $BERTH_NODE $BERTH_STACK" ;;
  esac
fi
command -v ssh >/dev/null || refuse 'SshMissing: this computer has no ssh; type  npm run setup'
prepare_home
write_home || refuse "CannotWrite: $home; make room there, then run this again"
if [ "$verb" = connect ]; then
  connect
  printf '%s\n' "$home/config"
  exit
fi
if [ "$verb" = session ]; then
  connect
  hold_session
  exit
fi
request=$(cat)
case $verb in
  facts | status | logs | census | examine | watch | snapshot)
    # Asked in one go: it only asks, or renews what may be renewed twice, so that it may be sent again where it is not plain what became of it.
    send -o ControlMaster=auto -o "ControlPersist=$idle_seconds"
    if [ $status = 255 ]; then
      words=$(tr -d '\r' <&6)
      case $words in
        *'Read from remote host'* | *client_loop*) ;;
        *'connect to host'* | *'timed out'* | *'Host key verification failed'* | *'no matching host key type'* | *': Permission denied ('*)
          cannot_connect ;;
      esac
      # A connection that was there broke: what was asked may have arrived.
      may_have_arrived=yes
      connect
      send
    fi ;;
  *)
    connect
    send ;;
esac
cat <&4
cat <&6 >&2
case $status in
  0) ;;
  124 | 137) refuse "DeadlineExceeded: $BERTH_NODE has not ended $verb in $limit s; see whether it hangs, then run this again$(or_gone)" ;;
  127) refuse "PythonMissing: $BERTH_NODE has no python3; type there  sudo apt-get install python3" ;;
  255) refuse "ConnectionLost: $BERTH_NODE went away during $verb, which may be half done; run this again, which completes it$(or_gone)" ;;
esac
exit $status
