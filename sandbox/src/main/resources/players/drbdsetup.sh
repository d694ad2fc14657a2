#!/usr/bin/env bash
# Stands in for drbdsetup and drbdadm of one sandbox node: it passes its arguments to the DRBD world
# on loopback and prints what that says. It ends with the socket, which the world closes when this
# shell or its parent is gone.
exec 3<>"/dev/tcp/127.0.0.1/@PORT@" || {
  echo "Could not connect to 'drbd' generic netlink family" >&2
  exit 20
}
printf '%s\n' "@SECRET@ @NODE@ $$ $PPID ${0##*/} $*" >&3 || exit 20
IFS= read -r -u 3 mode || exit 20

if [ "$mode" = once ]; then
  while IFS= read -r -u 3 line; do
    case $line in
      '1 '*) printf '%s\n' "${line:2}" ;;
      '2 '*) printf '%s\n' "${line:2}" >&2 ;;
      'rc '*) exit "${line:3}" ;;
    esac
  done
  exit 20
fi

case " $* " in
  *' --poll '* | *' -p '*)
    # Stdin goes to the world character by character; its end ends the stream, as drbdsetup does.
    exec 4<&0
    {
      trap 'exit 0' PIPE
      while IFS= read -r line <&4; do
        printf '%s\n' "$line" >&3 || exit 0
      done
      printf 'q' >&3
    } >/dev/null 2>&1 &
    exec 4<&-
    ;;
esac
exec cat <&3 3>&-
