"""The completion scripts: each asks the program what the word before the cursor can become."""

from collections.abc import Mapping
from typing import Final

_BASH: Final = r"""# bash completion of smsacct; `smsacct completion bash` prints it.

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
"""

_ZSH: Final = r"""#compdef smsacct
# zsh completion of smsacct; `smsacct completion zsh` prints it.

_smsacct() {
    local -a found before
    before=("${(@Q)words[2,CURRENT-1]}")
    found=(${(f)"$(_SMSACCT_COMPLETE=zsh ${(Q)~words[1]} "$before[@]" "${(Q)PREFIX}" 2>/dev/null)"})
    (( $#found )) && _describe smsacct found
}

if [[ $funcstack[1] == _smsacct ]]; then
    _smsacct
else
    compdef _smsacct smsacct
fi
"""

_FISH: Final = r"""# fish completion of smsacct; `smsacct completion fish` prints it.

function __smsacct_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' -- $HOME $words[1])
    set -e words[1]
    _SMSACCT_COMPLETE=fish $program $words "$current" 2>/dev/null
end

complete -c smsacct -f -a '(__smsacct_candidates)'
"""

_POWERSHELL: Final = r"""# PowerShell completion of smsacct; `smsacct completion powershell` prints it.

Register-ArgumentCompleter -Native -CommandName smsacct -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { "$_" })
    $env:_SMSACCT_COMPLETE = 'powershell'
    $env:_SMSACCT_WORDS = (@($words | Select-Object -Skip 1) + "$wordToComplete") -join "`n"
    try {
        & $words[0] | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    } finally {
        $env:_SMSACCT_COMPLETE = $null
        $env:_SMSACCT_WORDS = $null
    }
}
"""

SCRIPTS: Final[Mapping[str, str]] = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}
"""The script of each shell."""
