#include "Conversion.h"

#include "Network.h"

using namespace gyrus;

bool gyrus_script_write(
    const char *source, const gyrus_constant *constants, int64_t count, const char *path, char **error) {
    return guarded(error, false, [&] {
        jit::Module module(c10::QualifiedName("__torch__.Network"), std::make_shared<jit::CompilationUnit>());
        module.register_attribute("training", c10::BoolType::get(), false);
        for (int64_t i = 0; i < count; i++) {
            const auto &each = constants[i];
            // The caller's memory is only read, and lives until the file is written.
            auto tensor = at::from_blob(
                const_cast<void *>(each.data), at::IntArrayRef(each.shape, size_t(each.rank)), at::ScalarType(each.type));
            if (each.is_trained)
                module.register_parameter(each.name, tensor.set_requires_grad(true), false);
            else
                module.register_buffer(each.name, tensor);
        }
        module.define(source);
        module.save(path);
        return true;
    });
}
