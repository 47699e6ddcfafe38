/* What Wine's cfgmgr32.dll lacks and pyserial looks up as it is imported; the rest is passed on to Wine's. */
#include <windows.h>

DWORD own_CM_MapCrToWin32Err(DWORD result, DWORD otherwise)
{
    return result == 0 ? ERROR_SUCCESS : otherwise;
}
