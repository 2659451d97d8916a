// From a model description to something that trains, in one call.
#pragma once

#include "frontend/Session.h"
#include "models/Transformer.h"

namespace dsa {

/// Builds the network, compiles its functions and gives its parameters initial values. A failed
/// proof is an error.
llvm::Expected<std::unique_ptr<Session>>
createSession(const ModelConfig &config, const BuildOptions &build, const SessionOptions &session);

} // namespace dsa
