#include "Continual.h"

#include "Batch.h"

using namespace gyrus;

at::Tensor gyrus_retention::loss(const std::vector<at::Tensor> &inputs, const at::Tensor &answers) const {
    at::Tensor wanted;
    {
        c10::NoGradGuard none;
        wanted = (teacher->forward(inputs, false).index_select(1, classes) / temperature).log_softmax(1);
    }
    const auto given = (answers.index_select(1, classes) / temperature).log_softmax(1);
    // The gradients of softened answers are smaller by the square of the temperature.
    return share * temperature * temperature * (wanted.exp() * (wanted - given)).sum(1).mean();
}

void gyrus_retention::pull(size_t slot, const at::Tensor &weight, at::Tensor &gradient) const {
    gradient = gradient + stiffness * importance[slot] * (weight.detach() - anchors[slot]);
}

bool gyrus_trainer_teach(
    gyrus_trainer *trainer, gyrus_network *teacher, const int32_t *classes, int64_t class_count, double share,
    double temperature, char **error) {
    return guarded(error, false, [&] {
        auto &retention = trainer->retention;
        retention.teacher = teacher;
        retention.share = share;
        retention.temperature = temperature;
        retention.classes = at::empty({class_count}, at::kLong);
        for (int64_t i = 0; i < class_count; i++) retention.classes.data_ptr<int64_t>()[i] = classes[i];
        retention.classes = retention.classes.to(trainer->network->place.device);
        return true;
    });
}

bool gyrus_trainer_anchor(
    gyrus_trainer *trainer, const gyrus_samples *samples, int64_t count, double stiffness, char **error) {
    return guarded(error, false, [&] {
        const Computing computing(trainer->network->place);
        at::AutoGradMode gradients(true);
        DenormalsAreZero denormals;
        auto &retention = trainer->retention;
        retention.stiffness = stiffness;
        for (auto &slot : trainer->slots) {
            retention.anchors.push_back(slot.weight.detach().clone());
            retention.importance.push_back(at::zeros_like(slot.weight.detach()));
        }
        for (int64_t i = 0; i < count; i++) {
            const Batch batch(*samples, nullptr, i, 1, trainer->network->place);
            batch.loss(trainer->network->forward(batch.values, false)).backward();
            for (size_t s = 0; s < trainer->slots.size(); s++) {
                auto &weight = trainer->slots[s].weight;
                if (!weight.grad().defined()) continue;
                const auto gradient = weight.grad().detach();
                retention.importance[s].add_(gradient * gradient / double(count));
                weight.mutable_grad().reset();
            }
        }
        return true;
    });
}

bool gyrus_modality_values(const gyrus_modality *modality, int64_t count, float *values, char **error) {
    return guarded(error, false, [&] {
        int64_t width = 1;
        for (int64_t i = 0; i < modality->rank; i++) width *= modality->shape[i];
        for (int64_t i = 0; i < count; i++) Batch::copy(*modality, modality->indices[i], values + i * width, width);
        return true;
    });
}
