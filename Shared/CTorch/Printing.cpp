// TorchScript can print, and libtorch writes that to stdout, where programs write their answers: a network could garble
// or forge them, or flood a terminal. What networks print is therefore dropped.
#include <torch/csrc/jit/runtime/print_handler.h>

#include <string>

namespace {

const bool isSilent = [] {
    torch::jit::setPrintHandler([](const std::string &) {});
    return true;
}();

}  // namespace
