/* C99's complex numbers, which Wine's C runtime lacks and numpy calls as it is imported; the rest is passed on to Wine's.

   In Microsoft's calling convention: a complex number is a structure, and a long double is a double. */
#include <complex.h>

typedef struct { double real, imaginary; } Double;
typedef struct { float real, imaginary; } Float;

static double complex wide(Double x)
{
    double complex z;
    __real__ z = x.real;
    __imag__ z = x.imaginary;
    return z;
}

static float complex narrow(Float x)
{
    float complex z;
    __real__ z = x.real;
    __imag__ z = x.imaginary;
    return z;
}

static Double packed(double complex z) { return (Double){creal(z), cimag(z)}; }
static Float packed_narrow(float complex z) { return (Float){crealf(z), cimagf(z)}; }

#define COMPLEX(name) \
    Double own_##name(Double x) { return packed(name(wide(x))); } \
    Double own_##name##l(Double x) { return packed(name(wide(x))); } \
    Float own_##name##f(Float x) { return packed_narrow(name##f(narrow(x))); }
#define REAL(name) \
    double own_##name(Double x) { return name(wide(x)); } \
    double own_##name##l(Double x) { return name(wide(x)); } \
    float own_##name##f(Float x) { return name##f(narrow(x)); }

COMPLEX(cacos) COMPLEX(cacosh) COMPLEX(casin) COMPLEX(casinh) COMPLEX(catan) COMPLEX(catanh) COMPLEX(ccos)
COMPLEX(ccosh) COMPLEX(cexp) COMPLEX(clog) COMPLEX(conj) COMPLEX(cproj) COMPLEX(csin) COMPLEX(csinh)
COMPLEX(csqrt) COMPLEX(ctan) COMPLEX(ctanh)
REAL(cabs) REAL(carg) REAL(cimag) REAL(creal)

Double own_cpow(Double x, Double y) { return packed(cpow(wide(x), wide(y))); }
Double own_cpowl(Double x, Double y) { return packed(cpow(wide(x), wide(y))); }
Float own_cpowf(Float x, Float y) { return packed_narrow(cpowf(narrow(x), narrow(y))); }
