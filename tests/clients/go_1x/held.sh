# Asks the registry for a module; prints whether it has it, in its own words without its address.
words=$(GOFLAGS=-mod=mod go mod download "$1" 2>&1 | tr '\n\t' '  ' | sed -E 's#reading https?://[^ ]*: ##g; s/ +/ /g; s/ $//')
case $words in
"")
    echo "install: ok"
    echo "life cycle: absent (the registry has it: its life cycle is still to be written)" ;;
*"403 Forbidden"* | *"404 Not Found"* | *"410 Gone"* | *"unknown revision"*)
    echo "install: absent ($words)" ;;
*)
    echo "install: failed ($words)" ;;
esac
echo end
