/* Windows' own icuuc.dll, which older Wine lacks and Qt's core needs to load: no converter is ever available. */
#include <stddef.h>

#define EXPORT __declspec(dllexport)
#define MISSING_RESOURCE 2

typedef int Status;

static void fail(Status *status)
{
    if (status)
        *status = MISSING_RESOURCE;
}

EXPORT void UCNV_TO_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void *ucnv_open(const char *name, Status *status) { fail(status); return NULL; }
EXPORT void ucnv_close(void *converter) {}
EXPORT void ucnv_reset(void *converter) {}
EXPORT signed char ucnv_getMaxCharSize(void *converter) { return 1; }
EXPORT const char *ucnv_getName(void *converter, Status *status) { fail(status); return ""; }
EXPORT void ucnv_getToUCallBack(void *converter, void **action, const void **context)
{
    if (action)
        *action = NULL;
    if (context)
        *context = NULL;
}
EXPORT void ucnv_getFromUCallBack(void *converter, void **action, const void **context)
{
    ucnv_getToUCallBack(converter, action, context);
}
EXPORT void ucnv_setToUCallBack(void *c, void *new, const void *context, void **old, const void **was, Status *status)
{
    fail(status);
}
EXPORT void ucnv_setFromUCallBack(void *c, void *new, const void *context, void **old, const void **was, Status *status)
{
    fail(status);
}
EXPORT void ucnv_fromUnicode(void *c, char **target, const char *end, const void **source, const void *source_end,
                             int *offsets, signed char flush, Status *status)
{
    fail(status);
}
EXPORT void ucnv_toUnicode(void *c, void **target, const void *end, const char **source, const char *source_end,
                           int *offsets, signed char flush, Status *status)
{
    fail(status);
}
EXPORT int ucnv_countAvailable(void) { return 0; }
EXPORT const char *ucnv_getAvailableName(int index) { return NULL; }
EXPORT void ucnv_cbToUWriteUChars(void *arguments, const void *source, int length, int offset, Status *status)
{
    fail(status);
}
EXPORT void ucnv_cbFromUWriteUChars(void *arguments, const void **source, const void *end, int offset, Status *status)
{
    fail(status);
}
EXPORT int ucnv_toUCountPending(void *converter, Status *status) { fail(status); return -1; }
EXPORT int ucnv_fromUCountPending(void *converter, Status *status) { fail(status); return -1; }
EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, Status *status)
{
    fail(status);
    return NULL;
}
