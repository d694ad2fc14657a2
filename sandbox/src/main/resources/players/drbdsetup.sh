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
  # The shell itself would read the socket byte by byte, and the answer of a full node has millions.
  exec awk '
    /^1 / { print substr($0, 3) }
    /^2 / { print substr($0, 3) > "/dev/stderr" }
    /^rc / { rc = substr($0, 4) + 0; whole = 1; exit }
    END { exit whole ? rc : 20 }' <&3 3>&-
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
