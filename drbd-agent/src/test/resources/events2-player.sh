#!/bin/bash
# Plays drbdsetup: prints <dir>/dump, then whatever is appended to <dir>/live, and answers each
# question for statistics with <dir>/statistics. It dies with its standard input, as the real one.
# A dump beside the stream is <dir>/now, and the options are <dir>/show.
dir=$1
echo "${*:2}" >>"$dir/commands"
if [ -e "$dir/failure" ]; then
    # Its first line is the exit code, the rest is stderr.
    tail -n +2 "$dir/failure" >&2
    exit "$(head -n 1 "$dir/failure")"
fi
case " ${*:2} " in
    *' show '*)
        cat "$dir/show" 2>/dev/null
        exit
        ;;
    *' --now '*)
        cat "$dir/now" 2>/dev/null || cat "$dir/dump"
        exit
        ;;
    *' --full '*)
        if [ -e "$dir/old" ]; then
            echo "drbdsetup: unrecognized option '--full'" >&2
            exit 20
        fi
        ;;
esac
cat "$dir/dump"
tail -n +1 -s 0.01 -f "$dir/live" &
trap 'kill $!' EXIT
while read -r line; do
    [ -z "$line" ] && continue
    echo "$line" >>"$dir/questions"
    [ -e "$dir/statistics" ] && cat "$dir/statistics"
done
