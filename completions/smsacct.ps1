# PowerShell completion of smsacct; `smsacct completion powershell` prints it.

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
