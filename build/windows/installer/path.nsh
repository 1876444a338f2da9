; AddToPath and RemoveFromPath change this person's PATH. They expect the folder on the stack.
; The registry is read and written through Windows itself: NSIS' own strings end after
; 1,024 characters, which would cut off a longer PATH.
!define REG_READ_WRITE 0x20019|0x20006
!define TYPE_EXPAND 2

; OpenPath opens the key and reads the value into memory with room for one more folder:
; $0 key, $1 memory (0: there is none), $2 the value's type, $9 the folder.
!macro open_path
	Exch $9
	System::Call 'advapi32::RegOpenKeyExW(p 0x80000001, w "Environment", i 0, i ${REG_READ_WRITE}, *p .r0) i.r3'
	StrCpy $1 0
	${If} $3 == 0
		StrCpy $4 0
		System::Call 'advapi32::RegQueryValueExW(p r0, w "Path", p 0, *i .r2, p 0, *i .r4) i.r3'
		${If} $3 != 0
			StrCpy $2 ${TYPE_EXPAND}
			StrCpy $4 0
		${EndIf}
		IntOp $5 $4 + 4096
		System::Alloc $5
		Pop $1
		${If} $4 > 0
			System::Call 'advapi32::RegQueryValueExW(p r0, w "Path", p 0, *i .r2, p r1, *i r4 r4) i.r3'
		${EndIf}
	${EndIf}
!macroend

!macro close_path
	${If} $1 P<> 0
		System::Call 'kernel32::lstrlenW(p r1) i.r4'
		IntOp $4 $4 + 1
		IntOp $4 $4 * 2
		System::Call 'advapi32::RegSetValueExW(p r0, w "Path", i 0, i r2, p r1, i r4) i.r3'
		System::Free $1
	${EndIf}
	System::Call 'advapi32::RegCloseKey(p r0)'
	; Programs that start from now on see it.
	SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
	Pop $9
!macroend

; FindInPath leaves in $6 where the folder stands in the memory at $1, 0 when it doesn't.
; Both are looked at with a ";" around them, so that no folder is found inside another.
!macro find_in_path
	System::Call 'shlwapi::StrStrIW(p r1, w ";$9") p.r6'
	${If} $6 P<> 0
		StrLen $7 ";$9"
		IntOp $7 $7 * 2
		IntPtrOp $8 $6 + $7
		System::Call '*$8(&i2 .r5)'
		${If} $5 != 0
		${AndIf} $5 != 59 ; ";"
			StrCpy $6 0
		${EndIf}
	${EndIf}
!macroend

Function AddToPath
	!insertmacro open_path
	${If} $1 P<> 0
		!insertmacro find_in_path
		${If} $6 P= 0
			System::Call 'kernel32::lstrcatW(p r1, w ";$9")'
		${EndIf}
	${EndIf}
	!insertmacro close_path
FunctionEnd

Function un.RemoveFromPath
	!insertmacro open_path
	${If} $1 P<> 0
		!insertmacro find_in_path
		${If} $6 P<> 0
			; The rest moves over it, its end included.
			System::Call 'kernel32::lstrlenW(p r8) i.r4'
			IntOp $4 $4 + 1
			IntOp $4 $4 * 2
			System::Call 'msvcrt::memmove(p r6, p r8, i r4) p ? c'
		${EndIf}
	${EndIf}
	!insertmacro close_path
FunctionEnd
