// SPDX-License-Identifier: Apache-2.0
#include "config/secret_reference.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "io/environment.h"

namespace weir::config {
namespace {

constexpr std::size_t kLongestSecret = 1U << 20;

/// The start of every message: which secret, and where the configuration names it.
std::string label(const SecretReference& reference) {
  const auto at = reference.at.to_string();
  return at.empty() ? fmt::format("secret {}", reference.to_string())
                    : fmt::format("{}: secret {}", at, reference.to_string());
}

void drop_newline(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

/// Reads to the end, or one byte more than a secret can have.
Result<std::string> read_all(std::FILE* stream) {
  std::string text;
  std::array<char, 4096> block;
  while (text.size() <= kLongestSecret) {
    const auto count = std::fread(block.data(), 1, block.size(), stream);
    text.append(block.data(), count);
    if (count < block.size()) break;
  }
  if (std::ferror(stream) != 0) return fail(ErrorCode::Unavailable, "{}", std::strerror(errno));
  return text;
}

Result<std::string> from_environment(const SecretReference& reference, const io::Environment& environment) {
  auto value = environment.get(reference.name);
  if (!value)
    return fail(ErrorCode::InvalidConfig, "{}: the environment variable is not set; export it before the run",
                label(reference));
  return *std::move(value);
}

Result<std::string> from_file(const SecretReference& reference, Diagnostics& diagnostics) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(reference.name.c_str(), "re"),
                                                             &std::fclose);
  if (!file) {
    const auto code = errno == EACCES ? ErrorCode::PermissionDenied : ErrorCode::NotFound;
    return fail(code, "{}: the file cannot be opened: {}", label(reference), std::strerror(errno));
  }
  struct stat status {};
  if (::fstat(fileno(file.get()), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IROTH) != 0)
    diagnostics.warning(reference.at,
                        fmt::format("every user of this machine can read the secret {}; run: chmod o= '{}'",
                                    reference.to_string(), reference.name));
  auto text = read_all(file.get());
  if (!text.ok())
    return fail(ErrorCode::NotFound, "{}: the file cannot be read: {}", label(reference),
                text.error().message());
  drop_newline(*text);
  return text;
}

Result<std::string> from_command(const SecretReference& reference) {
  std::FILE* pipe = ::popen(reference.name.c_str(), "re");
  if (pipe == nullptr)
    return fail(ErrorCode::Exhausted, "{}: the shell cannot be started: {}", label(reference),
                std::strerror(errno));
  auto text = read_all(pipe);
  const int status = ::pclose(pipe);
  if (!text.ok())
    return fail(ErrorCode::Unavailable, "{}: its output cannot be read: {}", label(reference),
                text.error().message());
  const bool is_too_long = text->size() > kLongestSecret;
  if (!is_too_long && WIFEXITED(status) && WEXITSTATUS(status) != 0)
    return fail(ErrorCode::InvalidConfig,
                "{}: the command failed with exit status {}; run it by hand to see why", label(reference),
                WEXITSTATUS(status));
  if (!is_too_long && !WIFEXITED(status))
    return fail(ErrorCode::InvalidConfig, "{}: the command was ended by a signal", label(reference));
  drop_newline(*text);
  return text;
}

}  // namespace

std::string SecretReference::to_string() const {
  switch (place) {
    case SecretPlace::Environment:
      return "env:" + name;
    case SecretPlace::File:
      return "file:" + name;
    case SecretPlace::Command:
      break;
  }
  return "command:" + name;
}

Result<Secret> resolve(const SecretReference& reference, const io::Environment& environment,
                       Diagnostics& diagnostics) {
  if (reference.empty()) return fail(ErrorCode::InvalidConfig, "no place is given for the secret");
  auto value = TRY(reference.place == SecretPlace::Environment ? from_environment(reference, environment)
                   : reference.place == SecretPlace::File      ? from_file(reference, diagnostics)
                                                               : from_command(reference));
  if (value.empty()) return fail(ErrorCode::InvalidConfig, "{}: the value is empty", label(reference));
  if (value.size() > kLongestSecret)
    return fail(ErrorCode::InvalidConfig, "{}: the value is longer than {} bytes", label(reference),
                kLongestSecret);
  return Secret(std::move(value));
}

}  // namespace weir::config
