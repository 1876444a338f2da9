; EndRunning asks a running Headgate to end, waits until its files can be replaced, and
; gives up with exit code 3 when they can't: calls in flight are never cut off.
!macro running UN
Function ${UN}EndRunning
	${IfNot} ${FileExists} "$INSTDIR\Headgate.exe"
		Return
	${EndIf}
	again:
	${If} ${FileExists} "$INSTDIR\bin\headgate.exe"
		DetailPrint "$(ending)"
		nsExec::Exec /TIMEOUT=150000 '"$INSTDIR\bin\headgate.exe" quit'
		Pop $0
	${EndIf}
	; A program that runs can't be opened for writing.
	StrCpy $1 0
	${Do}
		StrCpy $2 "free"
		ClearErrors
		FileOpen $0 "$INSTDIR\Headgate.exe" a
		${If} ${Errors}
			StrCpy $2 "taken"
		${Else}
			FileClose $0
		${EndIf}
		${If} ${FileExists} "$INSTDIR\bin\headgate.exe"
			ClearErrors
			FileOpen $0 "$INSTDIR\bin\headgate.exe" a
			${If} ${Errors}
				StrCpy $2 "taken"
			${Else}
				FileClose $0
			${EndIf}
		${EndIf}
		${If} $2 == "free"
			ClearErrors
			Return
		${EndIf}
		Sleep 500
		IntOp $1 $1 + 1
	${LoopUntil} $1 >= 20
	MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(still_running)" /SD IDCANCEL IDRETRY again
	SetErrorLevel 3
	Quit
FunctionEnd
!macroend
!insertmacro running ""
!insertmacro running "un."
