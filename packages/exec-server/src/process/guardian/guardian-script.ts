import { ENVIRONMENT_BYTES } from '../spawn/group/environments.js';

/**
 * The guardian's program, for any POSIX sh. It reads lines from the server on descriptor 3; on
 * descriptor 0 a bash would take Node's pipe, which is a socket, for a remote login, and run ~/.bashrc:
 *
 *     COOKIE         once, first; it comes this way because arguments and environments are for all to see
 *     + PID START    a process was started; it leads a session. START is its start time, 0 when it had already ended,
 *                    and ? on a system that does not tell
 *     - PID          its group is gone
 *     bye            the server ends in order: nothing is to be done
 *
 * When the input ends without a `bye`, the server has died. Then whatever belongs to a session on the list, carries the
 * cookie, or descends from such a process is stopped until nothing new turns up, and killed; that is repeated until
 * three looks in a row found nothing, because a process that was just being started shows its cookie a little later.
 *
 * What must stay true:
 * - Nobody is signalled by number alone: before each signal the start time is compared with that of the table.
 *   A session's number is given to nobody else while the session has members; a process of that number that started
 *   at another time is a stranger, and so are those who started before the session did.
 * - Nobody keeps it from ending the sessions on its list: before the first signal it reads nothing that a process can make as
 *   long as it likes, such as its environment, and of that only the start.
 * - Whole groups are signalled at once where the group is known to be ours, because that outruns a fork.
 * - A program's name may hold spaces, parentheses and newlines. A line of the table is complete when 20 words follow its
 *   last parenthesis, which is more than a name can hold.
 * - A shell that cannot fork exits, and so does this one when there is no cat; the trap then ends the sessions on the
 *   list with nothing but what the shell has built in, and tries once more.
 */
export const GUARDIAN_SCRIPT = `# The guardian of a Holdfast server: ends what the server leaves behind when it dies.
trap '' HUP INT QUIT TERM PIPE USR1 USR2
exec <&3 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
cd /
newline='
'
turn=0 listed= stale=0

compact() {
  keep=
  for id in $listed; do
    eval "[ -z \\"\\\${list_$id}\\" ]" || keep="$keep $id"
  done
  listed=$keep stale=0
}

# look_at PID: sets group, session and start_now, without forking
look_at() {
  text=
  while read -r line; do text="$text$line "; done < "/proc/$1/stat" || return 1
  set -- \${text##*) }
  [ $# -ge 20 ] || return 1
  group=$3 session=$4 start_now=\${20}
}

# is_still PID START
is_still() {
  [ -n "$has_proc" ] || return 0
  look_at "$1" && [ "$start_now" = "$2" ]
}

# row PID PARENT GROUP SESSION START PLACE: one living process. PLACE is where its environment begins and ends, 0/0 for none
# and on a system that does not tell. With a new program it has a new one.
row() {
  pids="$pids $1"
  eval "parent_$1=$2 group_$1=$3 session_$1=$4 start_$1=\\$5 place_$1=\\$6 seen_$1=$turn"
}

read_table() {
  turn=$((turn + 1)) pids=
  set -f
  if [ -n "$has_proc" ]; then
    set +f
    table=$(cat /proc/[0-9]*/stat)
    [ -n "$table" ] || exit 1
    set -f
    text= IFS=$newline
    for line in $table; do
      IFS=' ' text="$text$line "
      set -- \${text##*) }
      [ $# -ge 20 ] || continue
      id=\${text%% *} text=
      case $1$id in
        Z* | X* | ?*[!0-9]*) ;;
        *) row "$id" "$2" "$3" "$4" "\${20}" "\${48}/\${49}" ;;
      esac
    done
  else
    table=$(ps -axo pid=,ppid=,pgid=,lstart=) IFS=$newline
    for line in $table; do
      IFS=' '
      set -- $line
      id=$1 parent=$2 group=$3
      shift 3
      row "$id" "$parent" "$group" "$group" "$*"
    done
  fi
  unset IFS
  set +f
}

# has_cookie PID...: whether the environment of one of them does. What a grep sees may end at the first NUL.
has_cookie() {
  files=
  for each; do files="$files /proc/$each/environ"; done
  head -c ${ENVIRONMENT_BYTES} $files | tr '\\0' '\\n' | grep -qF -e "$cookie"
}

# is_seen PID: whether the table has it
is_seen() { eval "[ \\"\\\${seen_$1:-}\\" = $turn ]"; }
is_marked() { eval "[ \\"\\\${mark_$1:-}\\" = $turn ]"; }
mark() { marked="$marked $1"; eval "mark_$1=$turn group_mark_$1=$2"; }

# A number whose process started at another time was given to a stranger: the session had ended.
drop_strangers() {
  for id in $listed; do
    is_seen "$id" || continue
    eval "known=\\\${list_$id:-} start=\\$start_$id"
    case $known in
      '?' | "$start") ;;
      *) unset "list_$id" ;;
    esac
  done
}

# is_member SESSION START: whether this session is on the list and began no later
is_member() {
  eval "known=\\\${list_$1:-}"
  case $known in
    '') return 1 ;;
    '?') return 0 ;;
    *) [ "$2" -ge "$known" ] ;;
  esac
}

mark_sessions() {
  for id in $pids; do
    eval "session=\\$session_$id group=\\$group_$id start=\\$start_$id"
    if is_member "$session" "$start"; then mark "$id" "$group"; fi
  done
}

# try PID...: all at once, for most of them carry nothing
try() {
  [ $# -gt 0 ] && has_cookie "$@" || return 0
  for one; do
    if has_cookie "$one"; then eval "carrier_$one=\\$start_$one"; mark "$one" 0; fi
  done
}

mark_carriers() {
  batch= size=0
  eval "own=\\$place_$$"
  for id in $pids; do
    if is_marked "$id"; then continue; fi
    eval "start=\\$start_$id now=\\$start_$id/\\$place_$id carrier=\\\${carrier_$id:-} looked=\\\${looked_$id:-}"
    if [ "$carrier" = "$start" ]; then mark "$id" 0; continue; fi
    if [ "$own" != 0/0 ]; then
      # There is none, or the one that was looked at.
      case $now in */0/0 | "$looked") continue ;; esac
      eval "looked_$id=\\$now"
    fi
    batch="$batch $id" size=$((size + 1))
    if [ $size = 16 ]; then try $batch; batch= size=0; fi
  done
  try $batch
}

mark_carriers_by_ps() {
  for id in $(ps -axEww -o pid=,command= | grep -aF -e "$cookie" | while read -r id rest; do echo "$id"; done); do
    # An environment may hold lines that were made to look like the output of ps.
    case $id in *[!0-9]*) continue ;; esac
    if is_seen "$id" && ! is_marked "$id"; then mark "$id" 0; fi
  done
}

mark_descendants() {
  grown=1
  while [ $grown = 1 ]; do
    grown=0
    for id in $pids; do
      eval "parent=\\$parent_$id"
      if is_marked "$parent" && ! is_marked "$id"; then mark "$id" 0; grown=1; fi
    done
  done
}

find_ours() {
  marked=
  read_table
  drop_strangers
  mark_sessions
  [ -z "$reads" ] || if [ -n "$has_proc" ]; then mark_carriers; else mark_carriers_by_ps; fi
  mark_descendants
}

# send NAME PID START GROUP: to the group as well when it is not 0
send() {
  phase="$1$turn"
  if [ "$4" != 0 ] && eval "[ \\"\\\${sent_$4:-}\\" = $phase ]"; then return 0; fi
  is_still "$2" "$3" || return 1
  kill -s "$1" "$2" || return 1
  [ "$4" = 0 ] || { kill -s "$1" -- "-$4"; eval "sent_$4=$phase"; }
}

# One look: stops what is ours until nothing new turns up, then kills it.
sweep() {
  found=0 frozen=
  for round in 1 2 3 4 5 6 7 8; do
    fresh=0
    find_ours
    for id in $marked; do
      eval "start=\\$start_$id group=\\$group_mark_$id is_frozen=\\\${frozen_$id:-}"
      [ "$is_frozen" != "$pass/$start" ] || continue
      send STOP "$id" "$start" "$group" || continue
      frozen="$frozen $id" fresh=1
      eval "frozen_$id=\\$pass/\\$start frozen_start_$id=\\$start"
    done
    [ $fresh = 1 ] || break
  done
  for id in $frozen; do
    eval "start=\\$frozen_start_$id group=\\$group_mark_$id"
    send KILL "$id" "$start" "$group" && found=1
  done
}

clean() {
  calm=0 pass=0 reads=
  sweep
  reads=1
  while [ $calm -lt 3 ] && [ $pass -lt 100 ]; do
    pass=$((pass + 1))
    sweep
    if [ $found = 1 ]; then calm=0; else calm=$((calm + 1)); fi
    sleep 0.1 || sleep 1
    [ $calm != 2 ] || sleep 1
  done
}

without_forking() {
  trap - EXIT
  for id in $listed; do
    eval "known=\\\${list_$id:-}"
    if look_at "$id" && [ "$start_now" != "$known" ]; then unset "list_$id"; fi
  done
  # Several times, because without a sleep that is how those that were killed get time to go and leave room for a fork.
  for round in 1 2 3 4 5 6 7 8; do
    for id in /proc/[0-9]*; do
      id=\${id#/proc/}
      if look_at "$id" && is_member "$session" "$start_now"; then kill -s KILL -- "$id" "-$group"; fi
    done
  done
  clean
}

read -r cookie || exit 0
while read -r what id start; do
  case $what in
    +) eval "list_$id=\\$start"; listed="$listed $id" ;;
    -) unset "list_$id"; stale=$((stale + 1)); [ $stale -lt 1000 ] || compact ;;
    bye) exit 0 ;;
  esac
done
has_proc=
[ ! -r /proc/self/stat ] || has_proc=1
trap without_forking EXIT
clean
trap - EXIT
`;
