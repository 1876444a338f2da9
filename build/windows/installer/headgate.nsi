; Headgate's installer: for this person alone, without an administrator.
;
; setup.exe /S [/STARTUP] [/PATH] [/RELAUNCH] [/NOWEBVIEW] [/D=folder]
;   /STARTUP   starts Headgate at login, hidden
;   /PATH      puts the folder with the console program headgate.exe on the PATH
;   /RELAUNCH  opens the window afterwards
;   /NOWEBVIEW doesn't install WebView2 where it is missing
; uninstall.exe /S [/DELETEDATA]
; Exit codes: 0 done, 1 given up by the person, 2 failed, 3 a running Headgate didn't end.
;
; Filled in by makensis: TARGET (of the installer itself), VERSION, NUMBERS (four numbers), PROGRAMS (a folder with
; Headgate.exe and bin\headgate.exe), WEBVIEW (Microsoft's small installer), SIGN (a command that
; signs a program, or doesn't), OUT, SIZE (KiB).
Target ${TARGET}
!uninstfinalize '"${SIGN}" "%1"'
SetCompressor /SOLID lzma
SetDateSave off
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel user

!define NAME "Headgate"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define STARTUP_KEY "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define SCHEME_KEY "Software\Classes\headgate"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define WEBVIEW_KEY "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include WinVer.nsh
!include Sections.nsh
!include "path.nsh"
!include "running.nsh"

!define MUI_ICON "..\icon.ico"
!define MUI_UNICON "..\icon.ico"
!define MUI_ABORTWARNING
!define MUI_LANGDLL_REGISTRY_ROOT HKCU
!define MUI_LANGDLL_REGISTRY_KEY "${UNINSTALL_KEY}"
!define MUI_LANGDLL_REGISTRY_VALUENAME "Language"
!define MUI_FINISHPAGE_RUN "$INSTDIR\Headgate.exe"
!define MUI_FINISHPAGE_NOREBOOTSUPPORT
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "TradChinese"
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "Japanese"
!insertmacro MUI_LANGUAGE "Korean"
!include "texts.nsh"

VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
!macro about LANGUAGE
	VIAddVersionKey /LANG=${LANGUAGE} "ProductName" "${NAME}"
	VIAddVersionKey /LANG=${LANGUAGE} "ProductVersion" "${VERSION}"
	VIAddVersionKey /LANG=${LANGUAGE} "FileVersion" "${VERSION}"
	VIAddVersionKey /LANG=${LANGUAGE} "FileDescription" "${NAME} Setup"
	VIAddVersionKey /LANG=${LANGUAGE} "CompanyName" "Headgate contributors"
	VIAddVersionKey /LANG=${LANGUAGE} "LegalCopyright" "MIT License"
!macroend
!insertmacro about ${LANG_ENGLISH}

Section "!${NAME}" SEC_PROGRAM
	SectionIn RO
	Call EndRunning
	ClearErrors
	SetOutPath "$INSTDIR"
	File "${PROGRAMS}\Headgate.exe"
	File "${PROGRAMS}\LICENSE.txt"
	SetOutPath "$INSTDIR\bin"
	File "${PROGRAMS}\bin\headgate.exe"
	SetOutPath "$INSTDIR"
	WriteUninstaller "$INSTDIR\uninstall.exe"
	${If} ${Errors}
		MessageBox MB_OK|MB_ICONSTOP "$(cannot_write)" /SD IDOK
		SetErrorLevel 2
		Quit
	${EndIf}
	CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\Headgate.exe"

	WriteRegStr HKCU "${SCHEME_KEY}" "" "URL:Headgate"
	WriteRegStr HKCU "${SCHEME_KEY}" "URL Protocol" ""
	WriteRegStr HKCU "${SCHEME_KEY}\DefaultIcon" "" "$INSTDIR\Headgate.exe,0"
	WriteRegStr HKCU "${SCHEME_KEY}\shell\open\command" "" '"$INSTDIR\Headgate.exe" "%1"'

	WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
	WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
	WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\Headgate.exe,0"
	WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "Headgate contributors"
	WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
	WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
	WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE}
	WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
	WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section /o "$(startup)" SEC_STARTUP
	WriteRegStr HKCU "${RUN_KEY}" "${NAME}" '"$INSTDIR\Headgate.exe" --hidden'
SectionEnd

Section /o "$(on_path)" SEC_PATH
	Push "$INSTDIR\bin"
	Call AddToPath
SectionEnd

; The window's web view, which Windows 11 has. The program asks again when this fails.
Section "-WebView2"
	${GetParameters} $R0
	ClearErrors
	${GetOptions} $R0 "/NOWEBVIEW" $R1
	${IfNot} ${Errors}
		Return
	${EndIf}
	ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW_KEY}" "pv"
	${If} $0 == ""
		ReadRegStr $0 HKLM "SOFTWARE\${WEBVIEW_KEY}" "pv"
	${EndIf}
	${If} $0 == ""
		ReadRegStr $0 HKCU "Software\${WEBVIEW_KEY}" "pv"
	${EndIf}
	${If} $0 == ""
	${OrIf} $0 == "0.0.0.0"
		DetailPrint "$(installing_webview)"
		InitPluginsDir
		File "/oname=$PLUGINSDIR\webview2.exe" "${WEBVIEW}"
		ExecWait '"$PLUGINSDIR\webview2.exe" /silent /install'
	${EndIf}
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
	!insertmacro MUI_DESCRIPTION_TEXT ${SEC_PROGRAM} "$(about_program)"
	!insertmacro MUI_DESCRIPTION_TEXT ${SEC_STARTUP} "$(about_startup)"
	!insertmacro MUI_DESCRIPTION_TEXT ${SEC_PATH} "$(about_path)"
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Function .onInit
	${IfNot} ${AtLeastWin10}
		MessageBox MB_OK|MB_ICONSTOP "$(too_old)" /SD IDOK
		SetErrorLevel 2
		Abort
	${EndIf}
	; What was chosen last time is offered again.
	ReadRegStr $0 HKCU "${RUN_KEY}" "${NAME}"
	${If} $0 != ""
		!insertmacro SelectSection ${SEC_STARTUP}
	${EndIf}
	${GetParameters} $R0
	ClearErrors
	${GetOptions} $R0 "/STARTUP" $R1
	${IfNot} ${Errors}
		!insertmacro SelectSection ${SEC_STARTUP}
	${EndIf}
	ClearErrors
	${GetOptions} $R0 "/PATH" $R1
	${IfNot} ${Errors}
		!insertmacro SelectSection ${SEC_PATH}
	${EndIf}
	ClearErrors
	!insertmacro MUI_LANGDLL_DISPLAY
FunctionEnd

Function .onInstSuccess
	${GetParameters} $R0
	ClearErrors
	${GetOptions} $R0 "/RELAUNCH" $R1
	${IfNot} ${Errors}
		Exec '"$INSTDIR\Headgate.exe"'
	${EndIf}
FunctionEnd

Function un.onInit
	!insertmacro MUI_UNGETLANGUAGE
FunctionEnd

Section "Uninstall"
	Call un.EndRunning
	; Its own keys: those that lead to this folder's program.
	ReadRegStr $0 HKCU "${SCHEME_KEY}\shell\open\command" ""
	${If} $0 == '"$INSTDIR\Headgate.exe" "%1"'
		DeleteRegKey HKCU "${SCHEME_KEY}"
	${EndIf}
	DeleteRegValue HKCU "${RUN_KEY}" "${NAME}"
	DeleteRegValue HKCU "${STARTUP_KEY}" "${NAME}"
	; What the program registered for its notifications, under its file's name.
	ReadRegStr $0 HKCU "Software\Classes\AppUserModelId\Headgate.exe" "CustomActivator"
	${If} $0 != ""
		DeleteRegKey HKCU "Software\Classes\CLSID\$0"
	${EndIf}
	DeleteRegKey HKCU "Software\Classes\AppUserModelId\Headgate.exe"
	DeleteRegKey HKCU "Software\Headgate.exe"
	Push "$INSTDIR\bin"
	Call un.RemoveFromPath
	Delete "$SMPROGRAMS\${NAME}.lnk"
	; The web view's cache; the data is in the folder without ".exe".
	RMDir /r "$APPDATA\Headgate.exe"

	Delete "$INSTDIR\bin\headgate.exe"
	RMDir "$INSTDIR\bin"
	Delete "$INSTDIR\Headgate.exe"
	Delete "$INSTDIR\LICENSE.txt"
	Delete "$INSTDIR\uninstall.exe"
	RMDir "$INSTDIR"
	DeleteRegKey HKCU "${UNINSTALL_KEY}"

	; The data goes when the person says so, and never by itself.
	${GetParameters} $R0
	ClearErrors
	${GetOptions} $R0 "/DELETEDATA" $R1
	${IfNot} ${Errors}
		Goto delete
	${EndIf}
	${IfNot} ${FileExists} "$APPDATA\Headgate\*.*"
		Goto done
	${EndIf}
	MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(delete_data)" /SD IDNO IDYES delete
	Goto done
	delete:
		RMDir /r "$APPDATA\Headgate"
	done:
SectionEnd
