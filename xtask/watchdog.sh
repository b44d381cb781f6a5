# Reads "add GROUP", "remove GROUP" and "finally COMMAND" lines; when standard input ends, ends every group that is left
# (SIGTERM, a minute of patience, SIGKILL) and runs the last COMMAND. Started by src/watchdog.rs, which says why.
trap '' INT TERM HUP
groups=
finally=
while read -r verb group; do
    case $verb in
        add) groups="$groups $group" ;;
        remove)
            rest=
            for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
            groups=$rest ;;
        finally) finally=$group ;;
    esac
done
for g in $groups; do kill -s TERM -- "-$g" 2>/dev/null; done
tries=0
while [ $tries -lt 600 ]; do
    alive=
    for g in $groups; do kill -s 0 -- "-$g" 2>/dev/null && alive=1; done
    [ -n "$alive" ] || break
    sleep 0.1
    tries=$((tries + 1))
done
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done
eval "$finally"
