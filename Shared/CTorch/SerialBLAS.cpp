// Single-threaded OpenBLAS hands out scratch memory without a lock: two threads that multiply at the same time can get
// the same memory, and thus wrong products without any error. libtorch finds the functions below before those of the
// library, and they admit one thread at a time. If libtorch has its own linear algebra, they are never called.
#include <dlfcn.h>

#include <mutex>

namespace {

std::mutex gate;

/// The function with this name that would be found without the one here.
template <class Function>
Function *next(const char *name) {
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

template <class Number>
using Product = void(
    const char *, const char *, const int *, const int *, const int *, const Number *, const Number *, const int *,
    const Number *, const int *, const Number *, Number *, const int *);

template <class Number>
using VectorProduct = void(
    const char *, const int *, const int *, const Number *, const Number *, const int *, const Number *, const int *,
    const Number *, Number *, const int *);

}  // namespace

#define GYRUS_PRODUCT(NAME, NUMBER)                                                                                     \
    extern "C" void NAME(                                                                                               \
        const char *ta, const char *tb, const int *m, const int *n, const int *k, const NUMBER *alpha, const NUMBER *a, \
        const int *lda, const NUMBER *b, const int *ldb, const NUMBER *beta, NUMBER *c, const int *ldc) {               \
        static const auto library = next<Product<NUMBER>>(#NAME);                                                       \
        const std::lock_guard<std::mutex> lock(gate);                                                                   \
        library(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);                                                  \
    }

#define GYRUS_VECTOR_PRODUCT(NAME, NUMBER)                                                                              \
    extern "C" void NAME(                                                                                               \
        const char *t, const int *m, const int *n, const NUMBER *alpha, const NUMBER *a, const int *lda,                \
        const NUMBER *x, const int *incx, const NUMBER *beta, NUMBER *y, const int *incy) {                             \
        static const auto library = next<VectorProduct<NUMBER>>(#NAME);                                                 \
        const std::lock_guard<std::mutex> lock(gate);                                                                   \
        library(t, m, n, alpha, a, lda, x, incx, beta, y, incy);                                                        \
    }

GYRUS_PRODUCT(sgemm_, float)
GYRUS_PRODUCT(dgemm_, double)
GYRUS_VECTOR_PRODUCT(sgemv_, float)
GYRUS_VECTOR_PRODUCT(dgemv_, double)
