// Log wealth of a uniform mixture of bets, one block of 32 threads a stream; see
// accel/wealth.py.  The threads share the bets, and take 32 time steps a round: each
// adds up the wealth of its own bets for every step, then joins one step over all threads.

constexpr int WIDTH = 32;

// Join wealth n exp(b) to the wealth `total` exp(`best`); equal infinities must not meet in b - best.
__device__ void join(double &best, double &total, double b, double n) {
    if (b == best) {
        total += n;
    } else if (b > best) {
        total = total * exp(best - b) + n;
        best = b;
    } else {
        total += n * exp(b - best);
    }
}

extern "C" __global__ void mixture_log_wealth(
    const REAL *losses, const REAL *levels, const REAL *fractions,
    long long steps, long long bets, double *logs, REAL *out
) {
    __shared__ double gain[WIDTH];
    __shared__ double best[WIDTH][WIDTH + 1], total[WIDTH][WIDTH + 1];
    const double infinity = -log(0.0), nan = log(-1.0);
    const double tiny = sizeof(REAL) == 4 ? 1.17549435e-38 : 2.2250738585072014e-308;
    const int lane = threadIdx.x;
    losses += blockIdx.x * steps, levels += blockIdx.x * steps, out += blockIdx.x * steps;
    logs += blockIdx.x * bets;
    for (long long k = lane; k < bets; k += WIDTH) logs[k] = 0;

    for (long long start = 0; start < steps; start += WIDTH) {
        const long long t = start + lane;
        const int width = steps - start < WIDTH ? steps - start : WIDTH;
        if (t < steps) {
            double x = losses[t], m = levels[t];
            if (!(x >= 0 && x <= 1 && m >= 0 && m <= 1)) gain[lane] = nan;
            else if (m == 0 && x > 0) gain[lane] = infinity;
            else gain[lane] = m == 1 ? 0 : (x - m) / fmax(m, tiny);
        }
        for (int s = 0; s < width; s++) best[s][lane] = -infinity, total[s][lane] = 0;
        __syncthreads();
        for (long long k = lane; k < bets; k += WIDTH) {
            const double f = fractions[k] > 0 && fractions[k] < 1 ? (double)fractions[k] : nan;
            double wealth = logs[k];
            for (int s = 0; s < width; s++) {
                wealth += log1p(f * gain[s]);
                join(best[s][lane], total[s][lane], wealth, 1);
            }
            logs[k] = wealth;
        }
        __syncthreads();
        if (t < steps) {
            double top = -infinity, sum = 0;
            for (int other = 0; other < WIDTH; other++)
                join(top, sum, best[lane][other], total[lane][other]);
            out[t] = top + log(sum / bets);
        }
        __syncthreads();
    }
}
