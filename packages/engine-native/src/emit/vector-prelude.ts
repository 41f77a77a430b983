/**
 * The first lines of every generated file: vector types and the primitives of scalar expressions, in GNU C that gcc and
 * clang turn into AVX-512, AVX2, SSE or NEON alike. Nothing in it names a chip but the switch that flushes denormals.
 */
import type { Target } from "./target.ts";

export function vectorPrelude({ width }: Target, vectors: number): string {
  return `#include <stddef.h>
#include <stdint.h>

#define WIDTH ${width}          /* numbers in a vector */
#define VECTORS ${vectors}         /* vectors in a lane group */
#define LANES (WIDTH * VECTORS)

typedef float vec __attribute__((vector_size(4 * WIDTH), may_alias));
typedef int32_t ints __attribute__((vector_size(4 * WIDTH), may_alias));
#define INLINE static inline __attribute__((always_inline))
/* gcc would rather load an input again for every multiply-add than once into a register: loads are then the limit. */
#if defined(__x86_64__) && !defined(__clang__)
#define IN_REGISTER(x) __asm__("" : "+v"(x))
#else
#define IN_REGISTER(x)
#endif
/* Before a loop: two turns in one leave more in flight. */
#if defined(__clang__)
#define TWO_TURNS _Pragma("clang loop unroll_count(2)")
#else
#define TWO_TURNS _Pragma("GCC unroll 2")
#endif
#define ASIDE static __attribute__((noinline))

INLINE vec num(float x) { return x - (vec){0}; }
INLINE ints bits(vec x) { return (ints)x; }
INLINE vec vec_select(ints mask, vec a, vec b) { return (vec)((mask & bits(a)) | (~mask & bits(b))); }
/* A NaN on either side is the result. */
INLINE vec vec_min(vec a, vec b) { return vec_select((a < b) | (a != a), a, b); }
INLINE vec vec_max(vec a, vec b) { return vec_select((a > b) | (a != a), a, b); }
INLINE vec vec_abs(vec a) { return (vec)(bits(a) & 0x7fffffff); }
INLINE vec vec_sign(vec a) { return vec_select(a > 0.0f, num(1.0f), vec_select(a < 0.0f, num(-1.0f), a)); }
INLINE vec vec_sqrt(vec a) {
  vec r;
  for (int i = 0; i < WIDTH; i++) r[i] = __builtin_sqrtf(a[i]);
  return r;
}
/* 2^n for -126 <= n <= 127. */
INLINE vec power_of_two(ints n) { return (vec)((n + 127) << 23); }
/* The nearest whole number of |x| < 2^22. */
INLINE vec nearest(vec x) { return (x + 12582912.0f) - 12582912.0f; }
/* e^r - 1 for |r| <= ln(2)/2: Taylor, the first term left out is below 6e-9. */
INLINE vec small_expm1(vec r) {
  vec q = num(1.0f / 5040);
  q = q * r + 1.0f / 720;
  q = q * r + 1.0f / 120;
  q = q * r + 1.0f / 24;
  q = q * r + 1.0f / 6;
  q = q * r + 0.5f;
  return (q * r) * r + r;
}
/* x = n ln 2 + r, with ln 2 in two parts so that r keeps its digits. */
INLINE vec reduced(vec x, vec n) { return (x - n * 0.693145752f) - n * 1.42860677e-6f; }
INLINE vec vec_exp(vec x) {
  /* Beyond these bounds the result is 0 or infinity all the same; a NaN passes both comparisons by. */
  vec bounded = vec_select(x > 89.0f, num(89.0f), vec_select(x < -104.0f, num(-104.0f), x));
  vec n = nearest(bounded * 1.44269504f);
  vec e = small_expm1(reduced(bounded, n)) + 1.0f;
  /* In two steps: 2^n alone may not be a number. */
  ints whole = __builtin_convertvector(vec_select(x == x, n, num(0.0f)), ints);
  ints half = whole >> 1;
  return e * power_of_two(half) * power_of_two(whole - half);
}
INLINE vec vec_log(vec x) {
  /* Subnormal numbers through their bits, since the processor may take them for 0. */
  ints b = bits(x);
  ints tiny = (b > 0) & (b < 0x00800000);
  vec scaled = __builtin_convertvector(b, vec);
  b = (tiny & bits(scaled)) | (~tiny & b);
  ints exponent = ((b - 0x3f3504f3) >> 23);
  vec f = (vec)(b - (exponent << 23)) - 1.0f;
  vec n = __builtin_convertvector(exponent - (tiny & 149), vec);
  /* log(1 + f) with s = f / (2 + f), f in [-0.293, 0.414]. */
  vec s = f / (f + 2.0f);
  vec z = s * s;
  vec r = z * (0.666666667f + z * (0.4f + z * (0.285714286f + z * 0.222222222f)));
  vec h = 0.5f * f * f;
  vec y = f - (h - (s * (h + r) + n * 1.42860677e-6f)) + n * 0.693145752f;
  y = vec_select(x == num(__builtin_inff()), x, y);
  y = vec_select((bits(x) & 0x7fffffff) == 0, num(-__builtin_inff()), y);
  return vec_select((x != x) | ((bits(x) < 0) & ((bits(x) & 0x7fffffff) != 0)), num(__builtin_nanf("")), y);
}
INLINE vec vec_tanh(vec x) {
  /* -t / (2 + t) with t = e^(-2|x|) - 1. */
  vec y = -2.0f * vec_abs(x);
  y = vec_select(y < -40.0f, num(-40.0f), y);
  vec n = nearest(y * 1.44269504f);
  vec scale = power_of_two(__builtin_convertvector(vec_select(x == x, n, num(0.0f)), ints));
  vec t = scale * small_expm1(reduced(y, n)) + (scale - 1.0f);
  vec r = -t / (t + 2.0f);
  return (vec)(bits(r) | (bits(x) & (int32_t)0x80000000));
}
INLINE vec vec_erf(vec x) {
  vec a = vec_abs(x);
  vec z = a * a;
  /* Below 1 the power series; the first term left out is below 2e-9. */
  vec q = num(-1.0f / 6894720);
  q = q * z + 1.0f / 685440;
  q = q * z - 1.0f / 75600;
  q = q * z + 1.0f / 9360;
  q = q * z - 1.0f / 1320;
  q = q * z + 1.0f / 216;
  q = q * z - 1.0f / 42;
  q = q * z + 0.1f;
  q = q * z - 1.0f / 3;
  q = q * z + 1.0f;
  vec small = q * a * 1.12837917f;
  /* Above, 1 - e^(-a²) g(u), u = 1 / (a + 2): g interpolated at seven Chebyshev nodes of 1 <= a <= 4.2, within 4e-9. */
  vec u = 1.0f / (a + 2.0f);
  vec g = num(-3.71777327f);
  g = g * u - 1.38835323f;
  g = g * u + 6.17898014f;
  g = g * u + 0.904445165f;
  g = g * u + 1.30584239f;
  g = g * u + 0.548953236f;
  g = g * u + 0.000537095818f;
  vec large = 1.0f - vec_exp(-z) * g;
  large = vec_select(a > 4.2f, num(1.0f), large);
  vec r = vec_select(a < 1.0f, small, large);
  r = vec_select(x != x, x, r);
  return (vec)(bits(r) | (bits(x) & (int32_t)0x80000000));
}
`;
}
