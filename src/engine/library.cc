// SPDX-License-Identifier: Apache-2.0
#include "engine/library.h"

#include <dlfcn.h>

#include <filesystem>
#include <mutex>

namespace weir::engine {
namespace {

/// Beside the program first, then where the build found it, then wherever the system looks.
std::vector<std::string> candidates() {
  std::vector<std::string> paths;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    paths.push_back((program.parent_path() / "libduckdb.so").string());
    paths.push_back((program.parent_path().parent_path() / "lib" / "libduckdb.so").string());
  }
  paths.emplace_back(WEIR_DUCKDB_LIBRARY);
  paths.emplace_back("libduckdb.so");
  return paths;
}

Result<Library> open_library() {
  void* handle = nullptr;
  std::string reasons;
  for (const auto& path : candidates()) {
    handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr) break;
    reasons += std::string(reasons.empty() ? "" : "; ") + dlerror();
  }
  if (handle == nullptr) {
    return fail(ErrorCode::NotFound, "the engine library libduckdb.so cannot be loaded: {}", reasons);
  }
  Library library;
#define WEIR_RESOLVE(symbol)                                                                          \
  library.symbol = reinterpret_cast<decltype(library.symbol)>(dlsym(handle, #symbol));                \
  if (library.symbol == nullptr) {                                                                    \
    return fail(ErrorCode::NotFound, "the engine library lacks {}; version 1.4.4 or newer is needed", \
                #symbol);                                                                             \
  }
  WEIR_DUCKDB_SYMBOLS(WEIR_RESOLVE)
#undef WEIR_RESOLVE
  return library;
}

}  // namespace

Result<const Library*> load_library() {
  static const auto library = open_library();
  if (!library.ok()) return Failure(library.error());
  return &*library;
}

const Library& duck() {
  static const Library* library = *load_library();
  return *library;
}

}  // namespace weir::engine
