; One setup.exe for one user, without administrator rights. Records and settings are elsewhere and stay whatever happens.
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
ManifestDPIAware true
RequestExecutionLevel user

!include LogicLib.nsh
!include FileFunc.nsh
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Teststation"

Name "Test station ${VERSION}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Teststation"
VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=0 "ProductName" "Test station"
VIAddVersionKey /LANG=0 "FileDescription" "Test station"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "LegalCopyright" "MIT"

Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

LoadLanguageFile "${NSISDIR}\Contrib\Language files\Norwegian.nlf"
LoadLanguageFile "${NSISDIR}\Contrib\Language files\English.nlf"
LangString RUNNING ${LANG_NORWEGIAN} "Teststasjonen er åpen. Lukk den, og prøv igjen. Er en test i gang, fullfør den først."
LangString RUNNING ${LANG_ENGLISH} "The test station is open. Close it and try again. If a test is running, finish it first."
LangString NO_BACKUP ${LANG_NORWEGIAN} "Registeret ble ikke sikkerhetskopiert før oppgraderingen. Ta kopien i programmet først (Innstillinger → Register og sikkerhetskopi). Vil du oppgradere likevel?"
LangString NO_BACKUP ${LANG_ENGLISH} "The record was not backed up before the upgrade. Make a backup in the program first (Settings → Record and backup). Upgrade all the same?"
LangString BACKING_UP ${LANG_NORWEGIAN} "Sikkerhetskopierer registeret …"
LangString BACKING_UP ${LANG_ENGLISH} "Backing up the record …"
LangString ENTRY ${LANG_NORWEGIAN} "Teststasjon"
LangString ENTRY ${LANG_ENGLISH} "Test station"
LangString REMOVE ${LANG_NORWEGIAN} "Avinstaller teststasjonen"
LangString REMOVE ${LANG_ENGLISH} "Remove the test station"

; A program that runs cannot be opened for writing. Every process of the station is one of these.
!macro CloseFirst UN
Function ${UN}MustBeClosed
    Push $0
    Push $1
    StrCpy $1 "teststation.exe"
    Call ${UN}NotRunning
    StrCpy $1 "teststationw.exe"
    Call ${UN}NotRunning
    StrCpy $1 "python.exe"
    Call ${UN}NotRunning
    Pop $1
    Pop $0
FunctionEnd

Function ${UN}NotRunning
    ${IfNot} ${FileExists} "$INSTDIR\$1"
        Return
    ${EndIf}
  again:
    ClearErrors
    FileOpen $0 "$INSTDIR\$1" a
    ${If} ${Errors}
        MessageBox MB_RETRYCANCEL|MB_ICONSTOP "$(RUNNING)" /SD IDCANCEL IDRETRY again
        SetErrorLevel 3
        Quit
    ${EndIf}
    FileClose $0
FunctionEnd
!macroend
!insertmacro CloseFirst ""
!insertmacro CloseFirst "un."

Section
    Call MustBeClosed
    ${If} ${FileExists} "$INSTDIR\teststation.exe"
    ${AndIf} ${FileExists} "$LOCALAPPDATA\teststation\*.record"
        DetailPrint "$(BACKING_UP)"
        CreateDirectory "$LOCALAPPDATA\teststation\before-upgrades"
        ${GetTime} "" "L" $1 $2 $3 $4 $5 $6 $7
        StrCpy $1 "$LOCALAPPDATA\teststation\before-upgrades\$3-$2-$1T$5$6$7.backup"
        nsExec::ExecToLog '"$INSTDIR\teststation.exe" records backup "$1"'
        Pop $0
        ${If} $0 != 0
            MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(NO_BACKUP)" /SD IDNO IDYES onwards
            SetErrorLevel 4
            Quit
        ${EndIf}
    ${EndIf}
  onwards:
    Call RemoveProgram
    SetOutPath "$INSTDIR"
    File /r "${SOURCE}\*"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    CreateDirectory "$SMPROGRAMS\$(ENTRY)"
    SetOutPath "$PROFILE"
    CreateShortcut "$SMPROGRAMS\$(ENTRY)\$(ENTRY).lnk" "$INSTDIR\teststationw.exe"
    CreateShortcut "$SMPROGRAMS\$(ENTRY)\$(ENTRY) (demo).lnk" "$INSTDIR\teststationw.exe" "demo"
    CreateShortcut "$SMPROGRAMS\$(ENTRY)\$(REMOVE).lnk" "$INSTDIR\uninstall.exe"
    WriteRegStr HKCU "${KEY}" "DisplayName" "$(ENTRY)"
    WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${KEY}" "StartMenu" "$SMPROGRAMS\$(ENTRY)"
    WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\teststationw.exe"
    WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
    WriteRegDWORD HKCU "${KEY}" "EstimatedSize" ${KILOBYTES}
SectionEnd

; What this program brought, by name: the folder itself goes only when it is empty then.
!macro Remove UN
Function ${UN}RemoveProgram
    RMDir /r "$INSTDIR\Lib"
    RMDir /r "$INSTDIR\DLLs"
    RMDir /r "$INSTDIR\licenses"
    Delete "$INSTDIR\*.exe"
    Delete "$INSTDIR\*.dll"
    Delete "$INSTDIR\*._pth"
    Delete "$INSTDIR\*.json"
    Delete "$INSTDIR\*.txt"
FunctionEnd
!macroend
!insertmacro Remove ""
!insertmacro Remove "un."

Section Uninstall
    Call un.MustBeClosed
    Call un.RemoveProgram
    ReadRegStr $0 HKCU "${KEY}" "StartMenu"
    ${If} $0 != ""
        Delete "$0\*.lnk"
        RMDir "$0"
    ${EndIf}
    DeleteRegKey HKCU "${KEY}"
    SetOutPath "$TEMP"
    RMDir "$INSTDIR"
SectionEnd
