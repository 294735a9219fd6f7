# bash completion of smsacct; `smsacct completion bash` prints it.

_smsacct() {
    local IFS=$'\n' program=${1/#\~/$HOME}
    case ${COMP_WORDS[COMP_CWORD-1]} in
        '>' | '>>' | '<' | '2>' | '&>' | '>|')
            compopt -o default
            return
            ;;
    esac
    COMPREPLY=($(_SMSACCT_COMPLETE=bash "$program" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}

complete -F _smsacct smsacct
