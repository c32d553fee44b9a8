// Kullback-Leibler divergence of Bernoulli distributions, one thread an element;
// see accel/divergence.py for the formula.

__device__ double part(double a, double b, double d) {
    if (a == 0) return d;
    if (b == 0) return -log(0.0);
    if (b < 2.3e-308) return a * (log(a) - log(b)) + d;  // a / b could overflow
    if (fabs(d) >= 0.25 * a) return a * log(a / b) + d;
    double s = d / (a + b), square = s * s, series = 0;
    for (int n = 23; n >= 3; n -= 2) series = 1.0 / n + square * series;
    return s * d - 2 * a * s * square * series;
}

extern "C" __global__ void bernoulli_divergence(
    const REAL *ps, const REAL *qs, long long size, REAL *out
) {
    long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= size) return;
    double p = ps[i], q = qs[i];
    if (p >= 0 && p <= 1 && q >= 0 && q <= 1)
        out[i] = part(p, q, q - p) + part(1 - p, 1 - q, p - q);
    else
        out[i] = log(-1.0);  // NaN
}
