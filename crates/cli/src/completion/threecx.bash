# Completion of threecx for bash. What can come next is asked of the program itself.
_threecx() {
    local line directive
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :files) directive=files ;;
            :nospace) directive=nospace ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <(threecx __complete bash ":${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    case $directive in
        files) compopt -o default -o filenames 2>/dev/null ;;
        nospace) compopt -o nospace 2>/dev/null ;;
    esac
}
complete -F _threecx threecx
