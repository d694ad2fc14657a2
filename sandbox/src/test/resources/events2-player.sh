#!/bin/bash
# Plays drbdsetup: prints <dir>/dump, then whatever is appended to <dir>/live, and answers each
# question for statistics with <dir>/statistics. It dies with its standard input, as the real one.
dir=$1
echo "${*:2}" >>"$dir/commands"
cat "$dir/dump"
tail -n +1 -s 0.01 -f "$dir/live" &
trap 'kill $!' EXIT
while read -r line; do
    [ -z "$line" ] && continue
    echo "$line" >>"$dir/questions"
    [ -e "$dir/statistics" ] && cat "$dir/statistics"
done
