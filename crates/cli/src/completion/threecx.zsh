#compdef threecx
# Completion of threecx for zsh. What can come next is asked of the program itself.
_threecx() {
    local -a found space
    local line value
    for line in "${(@f)$(threecx __complete zsh ":${(Q)words[CURRENT]}" "${(@Q)words[2,CURRENT-1]}" 2>/dev/null)}"; do
        case $line in
            :files)
                compset -P '*='
                _files
                return
                ;;
            :nospace) space=(-S '') ;;
            '') ;;
            *)
                value=${line%%$'\t'*}
                if [[ $line == *$'\t'* ]]; then
                    found+=("${value//:/\\:}:${line#*$'\t'}")
                else
                    found+=("${value//:/\\:}")
                fi
                ;;
        esac
    done
    _describe -V threecx found $space
}
# As a file in $fpath it is run; in a start-up file it is registered.
if [[ $funcstack[1] == _threecx ]]; then
    _threecx "$@"
else
    compdef _threecx threecx
fi
