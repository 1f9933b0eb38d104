// SPDX-License-Identifier: Apache-2.0
#include "protocols/looker/instance.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "protocols/looker/ini_file.h"

namespace weir::looker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultIni = "looker.ini";

bool is_loopback(std::string_view host) {
  const auto colon = host.rfind(':');
  const bool bracketed = host.starts_with('[');
  const auto name = bracketed ? host.substr(0, host.find(']') + 1) : host.substr(0, colon);
  return name == "localhost" || name == "[::1]" || name.starts_with("127.");
}

Result<IniSection> ini_of(const LookerOptions& options, const std::string& folder) {
  const auto name = options.ini.empty() ? std::string(kDefaultIni) : options.ini;
  const auto path = fs::path(name).is_absolute() ? fs::path(name) : fs::path(folder) / name;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (options.ini.empty()) return IniSection();
    return fail(ErrorCode::InvalidConfig, "{} cannot be read; it is named by the option `ini`",
                path.string());
  }
  std::ostringstream text;
  text << file.rdbuf();
  return read_ini(text.str(), options.ini_section, path.string());
}

/// Where the values come from, weakest last.
class Settings {
 public:
  Settings(const io::Environment& environment, IniSection ini)
      : environment_(environment), ini_(std::move(ini)) {}

  std::string find(const char* variable, const char* key) const {
    auto value = environment_.get(variable).value_or("");
    if (!value.empty()) return value;
    const auto found = ini_.find(key);
    return found == ini_.end() ? std::string() : found->second;
  }

 private:
  const io::Environment& environment_;
  IniSection ini_;
};

Result<std::chrono::seconds> seconds_of(const std::string& text) {
  std::int64_t seconds = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, seconds);
  if (read.ec == std::errc() && read.ptr == end && seconds > 0 && seconds < 1'000'000) {
    return std::chrono::seconds(seconds);
  }
  return fail(ErrorCode::InvalidConfig, "the timeout is '{}'; it must be a number of seconds", text);
}

Result<void> check_complete(const Instance& instance) {
  std::vector<std::string> missing;
  if (instance.base_url.empty()) missing.emplace_back("base_url (LOOKERSDK_BASE_URL)");
  if (instance.client_id.empty()) missing.emplace_back("client_id (LOOKERSDK_CLIENT_ID)");
  if (instance.client_secret.empty()) missing.emplace_back("client_secret (LOOKERSDK_CLIENT_SECRET)");
  if (missing.empty()) return {};
  return fail(
      ErrorCode::InvalidConfig,
      "the Looker instance is not fully known: {} missing; give them in the connection, as variables or "
      "in looker.ini",
      join(missing) + (missing.size() == 1 ? " is" : " are"));
}

}  // namespace

const config::Spec<LookerOptions>& looker_spec() {
  static const auto spec =
      config::Spec<LookerOptions>("looker", "A Looker instance, over its API 4.0.")
          .field("base_url", &LookerOptions::base_url,
                 "Address of the instance, without /api. A port is used when it is written here and never "
                 "guessed. Left out: LOOKERSDK_BASE_URL, then base_url of looker.ini.")
          .example("https://looker.example.com")
          .field("client_id", &LookerOptions::client_id,
                 "Client id of an API key. Left out: LOOKERSDK_CLIENT_ID, then looker.ini.")
          .example("AbC123")
          .field("client_secret", &LookerOptions::client_secret,
                 "Its secret. Left out: LOOKERSDK_CLIENT_SECRET, then looker.ini.")
          .example("env:LOOKER_SECRET")
          .field(
              "ini", &LookerOptions::ini,
              "A file as Looker's own clients read it, inside the project. Left out: looker.ini there, when "
              "it exists.")
          .example("production.ini")
          .field("ini_section", &LookerOptions::ini_section,
                 "Section of that file; the first one without it.")
          .field(
              "verify_ssl", &LookerOptions::verify_ssl,
              "Whether the server's certificate is checked. Left out: LOOKERSDK_VERIFY_SSL, then looker.ini, "
              "then true.")
          .field("timeout", &LookerOptions::timeout,
                 "How long the instance may send nothing. Left out: LOOKERSDK_TIMEOUT, then looker.ini, then "
                 "120 s. An answer as a whole may take longer.")
          .example("5 min")
          .field("concurrency", &LookerOptions::concurrency,
                 "Most queries that run there at the same time; fewer after the instance said that it is too "
                 "much. Left out: 1 for System Activity, whose own limit is small, 4 for other models.")
          .range(1, 64);
  return spec;
}

Result<std::string> normal_base_url(std::string_view text) {
  auto url = trim(text);
  const auto strip = [&url](std::string_view end) {
    if (!url.ends_with(end)) return false;
    url.remove_suffix(end.size());
    return true;
  };
  while (strip("/")) {
  }
  const bool has_api = strip("/api/4.0") || strip("/api/3.1") || strip("/api");
  while (has_api && strip("/")) {
  }
  const auto scheme = url.find("://");
  const auto host = io::host_of(url);
  if (scheme == std::string_view::npos || host.empty()) {
    return fail(ErrorCode::InvalidConfig,
                "base_url is '{}'; it must be an address such as https://looker.example.com", text);
  }
  const auto name = lower(url.substr(0, scheme));
  if (name != "https" && !(name == "http" && is_loopback(host))) {
    return fail(ErrorCode::InvalidConfig,
                "base_url is '{}'; it must begin with https://, because credentials go there", text);
  }
  return name + std::string(url.substr(scheme));
}

Result<Instance> find_instance(const LookerOptions& options, const io::Environment& environment,
                               const std::string& folder, config::Diagnostics& diagnostics) {
  const Settings settings(environment, TRY(ini_of(options, folder)));
  Instance instance;
  instance.base_url =
      options.base_url.empty() ? settings.find("LOOKERSDK_BASE_URL", "base_url") : options.base_url;
  instance.client_id =
      options.client_id.empty() ? settings.find("LOOKERSDK_CLIENT_ID", "client_id") : options.client_id;
  instance.client_secret = options.client_secret.empty()
                               ? Secret(settings.find("LOOKERSDK_CLIENT_SECRET", "client_secret"))
                               : TRY(config::resolve(options.client_secret, environment, diagnostics));
  TRY(check_complete(instance));
  instance.base_url = TRY(normal_base_url(instance.base_url));
  bool verify = options.verify_ssl.value_or(true);
  if (const auto text = settings.find("LOOKERSDK_VERIFY_SSL", "verify_ssl");
      !options.verify_ssl && !text.empty()) {
    verify = TRY(read_ini_flag(text, "verify_ssl"));
  }
  if (!verify) instance.certificate = io::CertificateCheck::Skipped;
  const auto timeout = settings.find("LOOKERSDK_TIMEOUT", "timeout");
  if (options.timeout) {
    instance.timeout = std::chrono::ceil<std::chrono::seconds>(options.timeout->value);
  } else if (!timeout.empty()) {
    instance.timeout = TRY(seconds_of(timeout));
  }
  return instance;
}

}  // namespace weir::looker
