# Completion of threecx for PowerShell. What can come next is asked of the program itself.
Register-ArgumentCompleter -Native -CommandName threecx -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString().Trim("'", '"') })
    threecx __complete powershell ":$wordToComplete" $words 2>$null | ForEach-Object {
        if ($_ -notlike ':*') {
            $value, $about = $_ -split "`t", 2
            if (-not $about) { $about = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
        }
    }
}
