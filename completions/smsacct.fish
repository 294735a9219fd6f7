# fish completion of smsacct; `smsacct completion fish` prints it.

function __smsacct_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' -- $HOME $words[1])
    set -e words[1]
    _SMSACCT_COMPLETE=fish $program $words "$current" 2>/dev/null
end

complete -c smsacct -f -a '(__smsacct_candidates)'
