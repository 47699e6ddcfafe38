/* teststation.exe and teststationw.exe: the station in this very process, on the Python beside it.

   One process, and not a launcher that starts another: whoever ends it in the Task Manager ends the station, and the
   drivers bring the belt to rest. What the station starts itself is python.exe (sys.executable). Neither variables of
   the environment nor another Python of this computer have a say: a clinic's computer has all kinds of software. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <windows.h>

#define LONGEST 32768

static void report(const char *what)
{
#ifdef WINDOWED
    MessageBoxA(NULL, what, "Test station", MB_ICONERROR);
#else
    fprintf(stderr, "teststation: %s\n", what);
#endif
}

static int station(int count, wchar_t **words)
{
    static wchar_t python[LONGEST];
    PyConfig config;
    PyStatus status;
    DWORD length = GetModuleFileNameW(NULL, python, LONGEST - 16);
    while (length > 0 && python[length - 1] != L'\\')
        length--;
    wcscpy(python + length, L"python.exe");

    PyConfig_InitIsolatedConfig(&config);
    status = PyConfig_SetString(&config, &config.executable, python);
    if (!PyStatus_Exception(status))
        status = PyConfig_SetString(&config, &config.run_module, L"ui.cli");
    if (!PyStatus_Exception(status))
        status = PyConfig_SetArgv(&config, count, words);
    config.parse_argv = 0;
    config.buffered_stdio = 1;
    config.install_signal_handlers = 1;
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) {
        report(status.err_msg ? status.err_msg : "Python did not start; install the station again");
        return 4;
    }
    return Py_RunMain();
}

#ifdef WINDOWED
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE former, LPWSTR line, int show)
{
    return station(__argc, __wargv);
}
#else
int wmain(int count, wchar_t **words)
{
    return station(count, words);
}
#endif
