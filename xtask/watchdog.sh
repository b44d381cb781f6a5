# Reads "add GROUP" and "remove GROUP" lines; when standard input ends, ends every group that is left:
# SIGTERM, 10 s of patience, SIGKILL. Started by src/watchdog.rs, which says why.
trap '' INT TERM HUP
groups=
while read -r verb group; do
    case $verb in
        add) groups="$groups $group" ;;
        remove)
            rest=
            for g in $groups; do [ "$g" = "$group" ] || rest="$rest $g"; done
            groups=$rest ;;
    esac
done
for g in $groups; do kill -s TERM -- "-$g" 2>/dev/null; done
tries=0
while [ $tries -lt 100 ]; do
    alive=
    for g in $groups; do kill -s 0 -- "-$g" 2>/dev/null && alive=1; done
    [ -n "$alive" ] || exit 0
    sleep 0.1
    tries=$((tries + 1))
done
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done
