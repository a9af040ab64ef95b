# Completion of threecx for fish. What can come next is asked of the program itself.
function __threecx_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l found (threecx __complete fish ":$current" $words 2>/dev/null)
    if test "$found[1]" = ':files'
        __fish_complete_path (string replace -r '^--[a-z-]+=' '' -- "$current")
        return
    end
    string match -v ':nospace' -- $found
end
complete -c threecx -f -k -a '(__threecx_complete)'
