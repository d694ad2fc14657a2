#!/bin/bash
# Plays drbdsetup: prints <dir>/dump, then whatever is appended to <dir>/live, and answers each
# question for statistics with <dir>/statistics. It dies with its standard input, as the real one.
# A dump beside the stream is <dir>/now, and the options are <dir>/show. If there is a <dir>/recording
# with timestamps, that is played instead, with its pauses, <dir>/speed times as fast.
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

# Microseconds since midnight; leading zeros are no octal numbers.
clock() {
    local t=${1#*T}
    at=$((((10#${t:0:2} * 60 + 10#${t:3:2}) * 60 + 10#${t:6:2}) * 1000000 + 10#${t:9:6}))
}

# The lines of one event come in one piece, as the real one prints them.
play() {
    local line speed at began= first wait stamp= event=
    speed=$(cat "$dir/speed" 2>/dev/null || echo 1)
    exec 8<> <(:)
    while read -r line; do
        [[ $line == '#'* ]] && continue
        if [ "${line%% *}" = "$stamp" ]; then
            event+=$line$'\n'
            continue
        fi
        printf %s "$event"
        stamp=${line%% *}
        event=$line$'\n'
        clock "$stamp"
        if [ -z "$began" ]; then
            first=$at
            began=${EPOCHREALTIME/./}
        fi
        wait=$(((at - first + (at < first ? 86400000000 : 0)) / speed - (${EPOCHREALTIME/./} - began)))
        if ((wait > 0)); then
            printf -v wait '%d.%06d' $((wait / 1000000)) $((wait % 1000000))
            read -rt "$wait" -u 8
        fi
    done <"$dir/recording"
    printf %s "$event"
    exec sleep infinity
}

if [ -e "$dir/recording" ]; then
    play </dev/null &
else
    cat "$dir/dump"
    tail -n +1 -s 0.01 -f "$dir/live" &
fi
trap 'kill $!' EXIT
while read -r line; do
    [ -z "$line" ] && continue
    echo "$line" >>"$dir/questions"
    [ -e "$dir/statistics" ] && cat "$dir/statistics"
done
