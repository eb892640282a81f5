#include "Transferability.h"

#include "Network.h"

using namespace gyrus;

namespace {

/// Logarithm of the evidence of a linear model for one class, per sample: its prior and noise are those that fit best.
double log_evidence(const std::vector<double> &squares, const std::vector<double> &projected, double outside,
                    double count, double width) {
    double alpha = 1, beta = 1, mean = 0, residual = 0;
    for (int round = 0; round < 20; round++) {
        const double ratio = alpha / beta;
        double effective = 0;
        mean = 0, residual = outside;
        for (size_t i = 0; i < squares.size(); i++) {
            effective += squares[i] / (squares[i] + ratio);
            mean += squares[i] * projected[i] / ((ratio + squares[i]) * (ratio + squares[i]));
            residual += projected[i] / ((1 + squares[i] / ratio) * (1 + squares[i] / ratio));
        }
        alpha = effective / (mean + 1e-5);
        beta = (count - effective) / (residual + 1e-5);
        if (std::abs(alpha / beta - ratio) <= 1e-3 * ratio) break;
    }
    double determinant = (width - double(squares.size())) * std::log(alpha);
    for (const double square : squares) determinant += std::log(alpha + beta * square);
    const double evidence = width / 2 * std::log(alpha) + count / 2 * std::log(beta) - determinant / 2
        - beta / 2 * residual - alpha / 2 * mean - count / 2 * std::log(2 * M_PI);
    return evidence / count;
}

}  // namespace

bool gyrus_transferability(
    const float *features, int64_t count, int64_t width, const int32_t *labels, int64_t classes, double *evidence,
    double *h_score, char **error) {
    return guarded(error, false, [&] {
        c10::NoGradGuard none;
        auto rows = at::empty({count, width}, at::kFloat);
        std::memcpy(rows.data_ptr<float>(), features, size_t(count * width) * sizeof(float));
        const auto values = rows.to(at::kDouble);
        auto truth = at::zeros({count, classes}, at::kDouble);
        for (int64_t i = 0; i < count; i++) truth[i][labels[i]] = 1;
        const auto sizes = truth.sum(0);

        const auto whole = at::linalg_svd(values, false);
        const auto squares_tensor = std::get<1>(whole).square().contiguous();
        const double *first = squares_tensor.data_ptr<double>();
        const std::vector<double> squares(first, first + squares_tensor.numel());
        const auto projections = std::get<0>(whole).t().matmul(truth).square().t().contiguous();
        double sum = 0, present = 0;
        for (int64_t c = 0; c < classes; c++) {
            const double size = sizes[c].item<double>();
            if (size == 0) continue;
            const double *row = projections.data_ptr<double>() + c * projections.size(1);
            const std::vector<double> projected(row, row + projections.size(1));
            double inside = 0;
            for (const double value : projected) inside += value;
            sum += log_evidence(squares, projected, std::max(0.0, size - inside), double(count), double(width));
            present++;
        }
        *evidence = present ? sum / present : 0;

        const auto centered = at::linalg_svd(values - values.mean(0), false);
        const auto spread = std::get<1>(centered).square();
        // Otherwise directions that hardly vary would count as much as all others.
        const auto weight = spread / (spread + 0.1 * spread.mean() + 1e-12);
        const auto means = truth.t().matmul(std::get<0>(centered) * weight) / sizes.clamp_min(1).unsqueeze(1);
        *h_score = (means.square().sum(1) * sizes).sum().item<double>();
        return true;
    });
}
